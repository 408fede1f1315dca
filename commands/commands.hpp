#pragma once
/// The commands, one function for each; all.cpp puts them into the tree.

#include "cli/command.hpp"

namespace mlops::commands {

cli::Command check();
cli::Command clone();
cli::Command completion();
cli::Command config();
cli::Command data();
cli::Command doctor();
cli::Command evaluate();
cli::Command features();
cli::Command fetch();
cli::Command help();
cli::Command import();
cli::Command ingest();
cli::Command init();
cli::Command log();
cli::Command model();
cli::Command predict();
cli::Command plan();
cli::Command pull();
cli::Command push();
cli::Command remote();
cli::Command monitor();
cli::Command run();
cli::Command runs();
cli::Command schedule();
cli::Command serve();
cli::Command show();
cli::Command status();
cli::Command store();
cli::Command train();
cli::Command version();
cli::Command why();

/// Hidden: asked by the shells' completion scripts and by the build.
cli::Command complete_words();
cli::Command print_page();

/// `mlops` itself.
cli::Command root();

}  // namespace mlops::commands
