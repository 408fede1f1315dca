/// Formats whose loading can run code: told by content first, by name where the content does not tell.
#include <array>
#include <utility>

#include "src/import.hpp"

namespace mlops::model {
namespace {

bool is_pickle(std::string_view head) {
  return head.size() > 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
}

/// PyTorch: a zip whose first member is <name>/data.pkl.
bool is_zipped_pickle(std::string_view head) {
  return head.starts_with("PK\x03\x04") && head.find(".pkl") != std::string_view::npos;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 11> by_name = {{
    {".pkl", "a pickle"},
    {".pickle", "a pickle"},
    {".joblib", "a pickle of joblib"},
    {".dill", "a pickle of dill"},
    {".pt", "a pickle of PyTorch"},
    {".pth", "a pickle of PyTorch"},
    {".ckpt", "a pickle of PyTorch"},
    {".h5", "a model of Keras, which may hold Python code"},
    {".keras", "a model of Keras, which may hold Python code"},
    {".py", "Python code"},
    {".RData", "a workspace of R, which may hold code"},
}};

}  // namespace

std::string unsafe_format(std::string_view path, std::string_view head) {
  if (is_pickle(head)) return "a pickle";
  if (is_zipped_pickle(head)) return "a pickle of PyTorch";
  for (const auto& [ending, what] : by_name) {
    if (path.ends_with(ending)) return std::string(what);
  }
  return "";
}

}  // namespace mlops::model
