# The libraries that moduled stands on, all found by their own packages.
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)  # Brings re2::re2 along.
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(PNG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(OpenBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(HttpLib REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(Prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)
# oneDNN's own package file asks for OpenCL's headers, which only its GPU interface needs: find the library itself.
find_library(DNNL_LIBRARY dnnl REQUIRED)
find_path(DNNL_INCLUDE_DIR dnnl.hpp REQUIRED)
add_library(DNNL::dnnl UNKNOWN IMPORTED)
set_target_properties(DNNL::dnnl PROPERTIES IMPORTED_LOCATION ${DNNL_LIBRARY}
                                            INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})
find_package(OpenMP REQUIRED)  # oneDNN's threads are OpenMP's.
if(MODULED_TESTS)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
endif()
