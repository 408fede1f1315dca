#include "report.hpp"

#include "exit_codes.hpp"

#include <filesystem>
#include <mlops/base/version.hpp>
#include <mlops/json/value.hpp>

#include <new>

namespace mlops::cli {
namespace {

std::string id_of(const Error& error) {
  return error.id().empty() ? std::string(name_of(error.code())) : error.id();
}

std::string json_text(const Error& error) {
  json::Array context;
  for (const std::string& line : error.context()) context.emplace_back(line);
  json::Object object = {{"code", static_cast<int>(error.code())},
                         {"id", id_of(error)},
                         {"message", error.message()},
                         {"hint", error.hint().empty() ? json::Value() : json::Value(error.hint())},
                         {"detail", error.detail().empty() ? json::Value() : json::Value(error.detail())},
                         {"context", std::move(context)}};
  return json::dump(json::Object{{"error", std::move(object)}}) + "\n";
}

std::string human_text(const Error& error, int verbose, const ui::Stream& err) {
  std::string out =
      fmt::format("{} {}\n", ui::paint(err, ui::Colour::red, "error:"), ui::harmless(error.message()));
  if (!error.detail().empty())
    out += ui::harmless(error.detail()) + (error.detail().ends_with('\n') ? "" : "\n");
  if (verbose > 0) {
    for (const std::string& line : error.context()) out += fmt::format("  {}\n", line);
  }
  if (verbose > 1) out += fmt::format("  {}, exit code {}\n", id_of(error), static_cast<int>(error.code()));
  if (!error.hint().empty()) {
    out += fmt::format("\n{} {}\n", ui::paint(err, ui::Colour::cyan, "hint:"), ui::harmless(error.hint()));
  }
  return out;
}

Error unforeseen(std::string_view what) {
  return error(Code::internal, "this is a fault of mlops {}: {}", version(), what)
      .with_hint("report it with the command line and what `mlops doctor` prints");
}

}  // namespace

Error as_error(std::exception_ptr fault) {
  try {
    std::rethrow_exception(std::move(fault));
  } catch (const Error& e) {
    const bool explained = e.code() != Code::internal || !e.hint().empty();
    return explained ? e : unforeseen(e.message());
  } catch (const std::filesystem::filesystem_error& e) {
    if (e.path1().empty()) return system_error(e.code().value(), "cannot use the current folder");
    return system_error(e.code().value(), fmt::format("cannot use '{}'", e.path1().string()));
  } catch (const std::bad_alloc&) {
    return error(Code::failed, "out of memory")
        .with_hint("the machine, or a limit such as `ulimit -v`, gives this program no more");
  } catch (const std::exception& e) {
    return unforeseen(e.what());
  } catch (...) {
    return unforeseen("an exception without a name");
  }
}

std::string report(const Error& error, const Globals& globals, const ui::Stream& err) {
  if (globals.json) return json_text(error);
  if (error.code() == Code::interrupted) return "interrupted\n";
  return human_text(error, globals.verbose, err);
}

}  // namespace mlops::cli
