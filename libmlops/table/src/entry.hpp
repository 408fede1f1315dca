#pragma once
/// The symbols of the engine `table`, shared by the half that looks it up and the half that has it.

#include <mlops/table/engine.hpp>

/// The caller owns the engine. Throws Error.
extern "C" mlops::table::Engine* mlops_table_open(const mlops::table::Settings& settings,
                                                  const mlops::Cancel* cancel);

/// "DuckDB v1.4.4", for `mlops version -v` and `mlops doctor`: every engine has this symbol.
extern "C" const char* mlops_engine_version();
