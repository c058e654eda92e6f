// What the machine's cores can multiply and add in float32 when nothing else holds them up.
#pragma once

namespace moduled::bench {

// Runs independent fused multiply-adds in registers on `threads` threads at once, each for about `seconds`, with the
// widest vectors of the CPU. Floating-point operations a second of all together, in 1e9; an FMA is two operations an
// element.
double MeasureFmaPeak(int threads, double seconds);

}  // namespace moduled::bench
