# A room is a folder with one subject and one target: every source in it, and the rooms it may use.
#
#   moduled_room(nn_tensor USES absl::status …)   ->  target moduled_nn_tensor, alias moduled::nn_tensor
#
# USES are visible to those who use the room, INTERNAL are not; EXCLUDE names sources that are no part of it (a main).
function(moduled_room name)
  cmake_parse_arguments(ROOM "" "" "USES;INTERNAL;EXCLUDE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  file(GLOB headers CONFIGURE_DEPENDS *.h)
  foreach(file ${ROOM_EXCLUDE})
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  if(NOT sources)  # A room of headers alone still gets a library, so that every room is used in the same way.
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/headers_only.cc)
    file(WRITE ${sources} "")
  endif()
  add_library(moduled_${name} STATIC ${sources})
  add_library(moduled::${name} ALIAS moduled_${name})
  # The header set lets `all_verify_interface_header_sets` prove that each header compiles alone.
  target_sources(moduled_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  target_link_libraries(moduled_${name} PUBLIC ${ROOM_USES} PRIVATE moduled_flags ${ROOM_INTERNAL})
  set_target_properties(moduled_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON LINKER_LANGUAGE CXX)
endfunction()

# The tests of a room: every *_test.cc in the folder, one program.
function(moduled_test name)
  cmake_parse_arguments(TEST "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc *.h)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE moduled_flags ${TEST_USES} GTest::gmock GTest::gtest_main)
  if(MODULED_SANITIZE MATCHES thread)
    target_link_libraries(${name}_test PRIVATE moduled_tsan)
  endif()
  include(GoogleTest)
  # Too large an allocation is an error that the code handles: AddressSanitizer should let it.
  gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 DISCOVERY_MODE PRE_TEST
                       PROPERTIES ENVIRONMENT ASAN_OPTIONS=allocator_may_return_null=1)
endfunction()
