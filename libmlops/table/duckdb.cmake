# The target `duckdb`: the user's own DuckDB, 1.4 or newer, when CMake finds one (-DDUCKDB_LIBRARY,
# -DDUCKDB_INCLUDE_DIR, CMAKE_PREFIX_PATH), else the pinned one.
include(${PROJECT_SOURCE_DIR}/libmlops/pins.cmake)

find_path(DUCKDB_INCLUDE_DIR duckdb.h)
find_library(DUCKDB_LIBRARY duckdb)

set(duckdb_usable FALSE)
if(DUCKDB_INCLUDE_DIR AND DUCKDB_LIBRARY)
  file(STRINGS ${DUCKDB_INCLUDE_DIR}/duckdb.h duckdb_arrow REGEX "duckdb_data_chunk_to_arrow" LIMIT_COUNT 1)
  if(duckdb_arrow)
    set(duckdb_usable TRUE)
  else()
    message(STATUS "${DUCKDB_LIBRARY} is older than DuckDB 1.4, using the pinned one")
  endif()
endif()

if(duckdb_usable)
  set(duckdb_library ${DUCKDB_LIBRARY})
  set(duckdb_headers ${DUCKDB_INCLUDE_DIR})
else()
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    mlops_pin(@duckdb/node-bindings-linux-x64 duckdb_package)
  elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    mlops_pin(@duckdb/node-bindings-linux-arm64 duckdb_package)
  else()
    message(FATAL_ERROR "No DuckDB is pinned for ${CMAKE_SYSTEM_NAME} on ${CMAKE_SYSTEM_PROCESSOR}. "
      "Install DuckDB 1.4 with its C header and set -DCMAKE_PREFIX_PATH, "
      "or build without tables (-DMLOPS_TABLE=OFF)")
  endif()
  mlops_pin(duckdb duckdb_source)
  set(duckdb_library ${duckdb_package}/libduckdb.so)
  set(duckdb_headers ${duckdb_source}/src/duckdb/src/include)
endif()

add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES IMPORTED_LOCATION ${duckdb_library})
target_include_directories(duckdb SYSTEM INTERFACE ${duckdb_headers})

# Puts DuckDB beside `engine` under the name it is loaded by: lib/mlops/libs, in the build tree and installed.
# It is not an engine itself, so it does not sit among them.
function(mlops_bring_duckdb engine)
  file(REAL_PATH ${duckdb_library} real)
  execute_process(COMMAND ${CMAKE_READELF} -d ${real} OUTPUT_VARIABLE dynamic ERROR_QUIET)
  get_filename_component(name ${duckdb_library} NAME)
  if(dynamic MATCHES "SONAME[^\n]*\\[([^]]+)\\]")
    set(name ${CMAKE_MATCH_1})
  endif()
  set(copy ${CMAKE_BINARY_DIR}/lib/mlops/libs/${name})
  add_custom_command(OUTPUT ${copy} COMMAND ${CMAKE_COMMAND} -E copy ${real} ${copy} DEPENDS ${real}
    COMMENT "Copying ${name}" VERBATIM)
  add_custom_target(mlops_duckdb DEPENDS ${copy})
  add_dependencies(${engine} mlops_duckdb)
  install(PROGRAMS ${copy} DESTINATION lib/mlops/libs)
endfunction()
