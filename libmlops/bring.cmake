# cmake -DLIBRARY=.../libx.so -DLIBS=folder -DLIST=file -P bring.cmake
#
# Copies LIBRARY and the shared libraries it needs, except those of the C and C++ runtime, into LIBS under their
# sonames, and writes the names into LIST.
file(REAL_PATH ${LIBRARY} real)
file(GET_RUNTIME_DEPENDENCIES LIBRARIES ${real}
  RESOLVED_DEPENDENCIES_VAR needed UNRESOLVED_DEPENDENCIES_VAR absent
  PRE_EXCLUDE_REGEXES "^(lib(c|m|stdc\\+\\+|gcc_s|pthread|dl|rt|resolv)\\.so|ld-linux|linux-vdso)")
if(absent)
  message(FATAL_ERROR "${LIBRARY} needs what is not here: ${absent}")
endif()
execute_process(COMMAND readelf -d ${real} OUTPUT_VARIABLE dynamic ERROR_QUIET)
get_filename_component(name ${LIBRARY} NAME)
if(dynamic MATCHES "SONAME[^\n]*\\[([^]]+)\\]")
  set(name ${CMAKE_MATCH_1})
endif()
file(MAKE_DIRECTORY ${LIBS})
file(COPY_FILE ${real} ${LIBS}/${name} ONLY_IF_DIFFERENT)
set(names ${name})
foreach(library IN LISTS needed)
  get_filename_component(name ${library} NAME)
  file(REAL_PATH ${library} real)
  file(COPY_FILE ${real} ${LIBS}/${name} ONLY_IF_DIFFERENT)
  list(APPEND names ${name})
endforeach()
list(JOIN names "\n" text)
file(WRITE ${LIST} "${text}\n")
