# Included by the presets at the first project() call: a compiler cache and, for the debug builds that are linked all
# day, a fast linker, when the machine has them. Nothing of it changes what a release is.
find_program(CCACHE ccache)
find_program(LLD ld.lld)
find_program(GOLD ld.gold)
mark_as_advanced(CCACHE LLD GOLD)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The same files in another folder, or under another locale, are compiled once.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=locale ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  if(LLD)
    add_link_options(-fuse-ld=lld)
  elseif(GOLD)
    add_link_options(-fuse-ld=gold)
  endif()
endif()

# Without a compiler cache (or with -DCCACHE=OFF), what nearly every file includes is compiled once for all of them, and
# the files of a library are compiled some at a time. With one both would only be in the way: precompiled
# headers differ from folder to folder, a changed file would take its neighbours with it, and a forgotten #include would
# not show.
#
# A name in an anonymous namespace is therefore one file's in its whole library. The library pack is left as it is: an
# engine must get only those of its objects which it needs.

function(compile_files_together target)
  if(target STREQUAL "mlops_pack")
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 30)
  # It takes the files of a batch for headers.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()

function(compile_together_in folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type MATCHES "^(STATIC_LIBRARY|MODULE_LIBRARY)$")
      set(headers mlops_base)
      compile_files_together(${target})
    elseif(target MATCHES "_test$" AND TARGET base_test)
      set(headers base_test)
    else()
      continue()
    endif()
    if(NOT target STREQUAL headers)
      target_precompile_headers(${target} REUSE_FROM ${headers})
    endif()
  endforeach()
  get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(below IN LISTS folders)
    compile_together_in(${below})
  endforeach()
endfunction()

function(compile_together)
  set(usual <algorithm> <array> <charconv> <cmath> <filesystem> <functional> <map> <memory> <optional> <set> <span>
    <string> <string_view> <vector> <fmt/format.h>)
  target_precompile_headers(mlops_base PRIVATE ${usual})
  if(TARGET base_test)
    target_precompile_headers(base_test PRIVATE ${usual} <gtest/gtest.h>)
  endif()
  compile_together_in(${CMAKE_SOURCE_DIR})
  # A local name shadows nothing in the file before it.
  set_property(TARGET mlops_warnings APPEND PROPERTY INTERFACE_COMPILE_OPTIONS -Wno-shadow)
  # It is for wider processors, and its intrinsics do not bear precompiled headers.
  set_source_files_properties(${CMAKE_SOURCE_DIR}/libmlops/predict/src/forest_wide.cpp TARGET_DIRECTORY mlops_predict
    PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON SKIP_PRECOMPILE_HEADERS ON)
endfunction()

if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT CCACHE)
  cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL compile_together)
endif()
