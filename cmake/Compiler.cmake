# How every room is compiled.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Compiling gRPC's and protobuf's headers takes most of a build; ccache makes the second build cheap.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The cache is shared between build folders: neither their names nor the moment of a build may count.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

add_library(moduled_flags INTERFACE)
target_compile_options(moduled_flags INTERFACE -Wall -Wextra -Werror -Wnon-virtual-dtor -Woverloaded-virtual)
# g++ 12 takes the unused inline storage of absl::InlinedVector and std::optional for a mistake.
target_compile_options(moduled_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
# Rooms include each other by their path from the top of the repository.
target_include_directories(moduled_flags INTERFACE ${PROJECT_SOURCE_DIR})

if(MODULED_SANITIZE)
  add_compile_options(-fsanitize=${MODULED_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -O1)
  add_link_options(-fsanitize=${MODULED_SANITIZE})
endif()
