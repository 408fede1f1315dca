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
