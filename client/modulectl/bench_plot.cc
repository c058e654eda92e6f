#include "client/modulectl/bench_plot.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace moduled::modulectl {
namespace {

// The picture, and the frame in it.
constexpr double kWidth = 720, kHeight = 440;
constexpr double kLeft = 80, kRight = 640, kTop = 40, kBottom = 380;
constexpr int kTicks = 5;

struct Curve {
  double percent;
  const char* color;
};
constexpr Curve kCurves[] = {{50, "#1f77b4"}, {90, "#2ca02c"}, {95, "#ff7f0e"}, {99, "#d62728"}};

std::string Escape(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

// The next number above that is 1, 2 or 5 times a power of ten: ends of axes that people can read.
double RoundUp(double number) {
  if (number <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(number)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= number) return factor * power;
  }
  return 10 * power;
}

class Plot {
 public:
  explicit Plot(const BenchReport& report) : report_(report) {
    double rate = 0, latency = 0;
    for (const bench::LevelResult& result : report.profile.levels) {
      rate = std::max(rate, Rate(result));
      latency = std::max(latency, Milliseconds(result, 99));
    }
    most_rate_ = RoundUp(rate);
    most_latency_ = RoundUp(latency);
  }

  std::string Draw() {
    svg_ = absl::StrFormat(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<rect width=\"%g\" height=\"%g\" fill=\"white\"/>\n",
        kWidth, kHeight, kWidth, kHeight);
    DrawAxes();
    for (size_t i = 0; i < std::size(kCurves); ++i) DrawCurve(kCurves[i], static_cast<double>(i));
    return absl::StrCat(svg_, "</svg>\n");
  }

 private:
  double Rate(const bench::LevelResult& result) const {
    return result.measurement.window.Rate() * static_cast<double>(report_.batch);
  }
  static double Milliseconds(const bench::LevelResult& result, double percent) {
    return static_cast<double>(result.measurement.window.Percentile(percent)) * 1e-6;
  }
  double X(double rate) const { return kLeft + (kRight - kLeft) * rate / most_rate_; }
  double Y(double latency) const { return kBottom - (kBottom - kTop) * latency / most_latency_; }

  void Text(double x, double y, const char* anchor, const std::string& text) {
    absl::StrAppendFormat(&svg_, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor,
                          Escape(text));
  }
  void Line(double x1, double y1, double x2, double y2) {
    absl::StrAppendFormat(&svg_, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#ccc\"/>\n", x1, y1, x2, y2);
  }

  void DrawAxes() {
    for (int i = 0; i <= kTicks; ++i) {
      const double part = static_cast<double>(i) / kTicks;
      const double x = X(part * most_rate_), y = Y(part * most_latency_);
      Line(x, kTop, x, kBottom);
      Line(kLeft, y, kRight, y);
      Text(x, kBottom + 18, "middle", absl::StrCat(part * most_rate_));
      Text(kLeft - 8, y + 4, "end", absl::StrCat(part * most_latency_));
    }
    Text((kLeft + kRight) / 2, kBottom + 42, "middle", "inferences per second");
    Text(kLeft, kTop - 14, "middle", "latency, ms");
    Text((kLeft + kRight) / 2, kTop - 14, "middle", absl::StrCat(report_.model.name, ", batch size ", report_.batch));
  }

  void DrawCurve(const Curve& curve, double number) {
    std::string points;
    for (const bench::LevelResult& result : report_.profile.levels) {
      const double x = X(Rate(result)), y = Y(Milliseconds(result, curve.percent));
      absl::StrAppendFormat(&points, "%.1f,%.1f ", x, y);
      absl::StrAppendFormat(&svg_,
                            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"><title>%s %g</title></circle>\n", x, y,
                            curve.color, report_.is_rate ? "request rate" : "concurrency", result.level);
    }
    absl::StrAppendFormat(&svg_, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", points,
                          curve.color);
    const double y = kTop + 14 + 20 * number;
    absl::StrAppendFormat(&svg_, "<path d=\"M%g %gh20\" stroke=\"%s\" stroke-width=\"2\"/>\n", kRight + 10, y - 4,
                          curve.color);
    Text(kRight + 36, y, "start", absl::StrCat("p", curve.percent));
  }

  const BenchReport& report_;
  double most_rate_ = 1;
  double most_latency_ = 1;
  std::string svg_;
};

}  // namespace

std::string BenchPlot(const BenchReport& report) { return Plot(report).Draw(); }

}  // namespace moduled::modulectl
