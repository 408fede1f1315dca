# The target `xgboost`: the XGBoost, 1.7 or newer, that CMake finds (-DXGBOOST_LIBRARY, -DXGBOOST_INCLUDE_DIR,
# CMAKE_PREFIX_PATH). Debian 12's own CMake config names a library that is not there, so it is not asked.
find_path(XGBOOST_INCLUDE_DIR xgboost/c_api.h)
find_library(XGBOOST_LIBRARY xgboost)
set(xgboost_help "Install it (Debian: libxgboost-dev), name it with -DCMAKE_PREFIX_PATH, "
  "or build without boosted trees (-DMLOPS_GBDT=OFF)")
if(NOT XGBOOST_INCLUDE_DIR OR NOT XGBOOST_LIBRARY)
  message(FATAL_ERROR "There is no XGBoost here. " ${xgboost_help})
endif()
file(STRINGS ${XGBOOST_INCLUDE_DIR}/xgboost/c_api.h xgboost_quantile
  REGEX "XGQuantileDMatrixCreateFromCallback" LIMIT_COUNT 1)
if(NOT xgboost_quantile)
  message(FATAL_ERROR "${XGBOOST_LIBRARY} is older than XGBoost 1.7. " ${xgboost_help})
endif()

add_library(xgboost SHARED IMPORTED)
set_target_properties(xgboost PROPERTIES IMPORTED_LOCATION ${XGBOOST_LIBRARY})
target_include_directories(xgboost SYSTEM INTERFACE ${XGBOOST_INCLUDE_DIR})

# Puts XGBoost, and what it needs beyond the C and C++ runtime (Debian's: libdmlc, libgomp), beside `engine` under the
# names they are loaded by: lib/mlops/libs, in the build tree and installed.
function(mlops_bring_xgboost engine)
  set(script ${PROJECT_SOURCE_DIR}/libmlops/gbdt/bring.cmake)
  set(libs ${CMAKE_BINARY_DIR}/lib/mlops/libs)
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/xgboost.stamp)
  file(REAL_PATH ${XGBOOST_LIBRARY} real)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DLIBRARY=${XGBOOST_LIBRARY} -DLIBS=${libs} -DLIST=${stamp} -P ${script}
    DEPENDS ${real} ${script} COMMENT "Copying XGBoost" VERBATIM)
  add_custom_target(mlops_xgboost DEPENDS ${stamp})
  add_dependencies(${engine} mlops_xgboost)
  install(CODE "file(STRINGS \"${stamp}\" names)
    foreach(name IN LISTS names)
      file(INSTALL \"${libs}/\${name}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/mlops/libs\" TYPE PROGRAM)
    endforeach()")
endfunction()
