# Flags and helpers that every module shares.

add_library(utboks_flags INTERFACE)
target_compile_features(utboks_flags INTERFACE cxx_std_20)
target_include_directories(utboks_flags INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(utboks_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wnull-dereference
  -Wextra-semi -Wimplicit-fallthrough -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(utboks_flags INTERFACE -Wthread-safety -Wno-null-dereference)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports null dereferences inside libstdc++ when it inlines at -O2.
  target_compile_options(utboks_flags INTERFACE -Wno-null-dereference -Wno-restrict)
  if(UTBOKS_SANITIZE)
    # Instrumented code loses it the view of what is set: false alarms in libstdc++.
    target_compile_options(utboks_flags INTERFACE -Wno-maybe-uninitialized -Wno-nonnull)
  endif()
endif()
if(UTBOKS_SANITIZE STREQUAL "address-undefined")
  target_compile_options(utboks_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(utboks_flags INTERFACE -fsanitize=address,undefined)
elseif(UTBOKS_SANITIZE STREQUAL "fuzzer")
  # Counted for libFuzzer, whose own main is linked where it is meant: tests/fuzz.
  target_compile_options(utboks_flags INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(utboks_flags INTERFACE -fsanitize=address,undefined)
elseif(UTBOKS_SANITIZE STREQUAL "thread")
  target_compile_options(utboks_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(utboks_flags INTERFACE -fsanitize=thread)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_definitions(utboks_flags INTERFACE _FORTIFY_SOURCE=2)
endif()

# utboks_module(NAME SOURCES ... [LINK ...] [PRIVATE_LINK ...])
# A static library utboks_NAME with the alias utboks::NAME.
function(utboks_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(utboks_${name} STATIC ${ARG_SOURCES})
  add_library(utboks::${name} ALIAS utboks_${name})
  target_link_libraries(utboks_${name} PUBLIC utboks_flags ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
endfunction()

# utboks_test(NAME SOURCES ... [LINK ...] [LABELS ...] [TIMEOUT seconds] [POSTGRES] [RABBITMQ])
# One GoogleTest program; each of its tests is known to ctest by its own name.
# RABBITMQ: all of them need the broker, and have it one at a time.
# LABELS is one word: gtest_discover_tests takes a second one for the next property.
function(utboks_test name)
  cmake_parse_arguments(ARG "POSTGRES;RABBITMQ" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE utboks_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  # Under the tidy preset test programs are compiled by clang (thread safety) and
  # spared clang-tidy: GoogleTest's macros cost most of its time and find nothing.
  set_target_properties(${name} PROPERTIES CXX_CLANG_TIDY "")
  # tests/layers fails on a *_test.cc that no program is built from.
  list(TRANSFORM ARG_SOURCES PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" REGEX "^[^/]")
  set_property(GLOBAL APPEND PROPERTY UTBOKS_TEST_SOURCES ${ARG_SOURCES})
  if(ARG_RABBITMQ)
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
      PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
        FIXTURES_REQUIRED rabbitmq RESOURCE_LOCK rabbitmq
        ENVIRONMENT "UTBOKS_TEST_RABBITMQ=${UTBOKS_TEST_RABBITMQ}")
    return()
  endif()
  # Tests on a real PostgreSQL have its name in theirs.
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 TEST_FILTER "-*Postgres*"
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  if(ARG_POSTGRES)
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 TEST_FILTER "*Postgres*"
      TEST_LIST ${name}_postgres
      PROPERTIES TIMEOUT ${ARG_TIMEOUT} FIXTURES_REQUIRED postgres
        ENVIRONMENT "UTBOKS_TEST_POSTGRES=${UTBOKS_TEST_POSTGRES}")
    # Apart: PROPERTIES takes a second label for a property's name, and all that follows
    # for its neighbour's.
    set(labels "${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake")
    file(CONFIGURE OUTPUT "${labels}" CONTENT [[
foreach(test IN LISTS @name@_postgres)
  set_tests_properties("${test}" PROPERTIES LABELS "@ARG_LABELS@;postgres")
endforeach()
]] @ONLY)
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels}")
  endif()
endfunction()
