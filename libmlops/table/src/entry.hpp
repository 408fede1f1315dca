#pragma once
/// The one symbol of the engine `table`, shared by the half that looks it up and the half that has it.

#include <mlops/table/engine.hpp>

/// The caller owns the engine. Throws Error.
extern "C" mlops::table::Engine* mlops_table_open(const mlops::table::Settings& settings,
                                                  const mlops::Cancel* cancel);
