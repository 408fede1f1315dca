#pragma once
/// The symbols of the engine `gbdt`, shared by the half that looks them up and the half that has them.

#include <mlops/gbdt/booster.hpp>

#include <string_view>

/// Throws Error.
extern "C" void mlops_gbdt_train(const mlops::gbdt::TrainRequest& request, mlops::gbdt::Trained& trained);

/// The caller owns the booster. Throws Error.
extern "C" mlops::gbdt::Booster* mlops_gbdt_load(std::string_view model);

/// "XGBoost 1.7.4": every engine has this symbol.
extern "C" const char* mlops_engine_version();
