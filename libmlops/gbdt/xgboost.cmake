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
