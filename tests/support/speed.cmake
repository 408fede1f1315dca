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

# Without a compiler cache, what nearly every file includes is compiled once for all of them. With one it would only be
# in the way: precompiled headers differ from folder to folder.
function(precompile_in folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(target STREQUAL "mlops_base" OR target STREQUAL "base_test")
      continue()
    elseif(type STREQUAL "STATIC_LIBRARY" OR type STREQUAL "MODULE_LIBRARY")
      target_precompile_headers(${target} REUSE_FROM mlops_base)
    elseif(target MATCHES "_test$" AND TARGET base_test)
      target_precompile_headers(${target} REUSE_FROM base_test)
    endif()
  endforeach()
  get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(below IN LISTS folders)
    precompile_in(${below})
  endforeach()
endfunction()

function(precompile_usual_headers)
  set(usual <algorithm> <array> <charconv> <cmath> <filesystem> <functional> <map> <memory> <optional> <set> <span>
    <string> <string_view> <vector> <fmt/format.h>)
  target_precompile_headers(mlops_base PRIVATE ${usual})
  if(TARGET base_test)
    target_precompile_headers(base_test PRIVATE ${usual} <gtest/gtest.h>)
  endif()
  precompile_in(${CMAKE_SOURCE_DIR})
endfunction()

if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT CCACHE)
  cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL precompile_usual_headers)
endif()
