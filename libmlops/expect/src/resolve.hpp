#pragma once
/// Tables that are arguments, and models that something is asked of.

#include <mlops/expect/check.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mlops::expect {

/// `train`, `valid` or `test`.
bool is_part(std::string_view word);

/// What a name stands for where a table is wanted, as in Scope::columns.
std::variant<std::string, Fault> table_named(const Expr& name, const Scope& scope);

const Signature* find_function(std::string_view name, const Scope& scope);

/// "similar names exist: ..."; empty: there are none.
std::string similar(std::string_view word, const std::vector<std::string>& known);
/// Names of functions that may be asked here.
std::vector<std::string> functions_here(const Scope& scope);

/// Whether the word stands before what is asked of a model.
bool is_model(std::string_view word, const Scope& scope);
/// The model that stands before a function, `base` or `models.base`; "" where none does.
std::variant<std::string, Fault> model_before(const Expr& expr, const Scope& scope);
/// What is asked of a model.
std::variant<Leaf, Fault> model_leaf(const Expr& expr, const Scope& scope, const Signature& function);
/// Why a word that means something elsewhere means nothing here.
Fault not_here(const std::string& word, std::size_t at, const Scope& scope);
/// Of a name that stands alone in a release, where there are no columns.
Fault no_metric(const Expr& name, const Scope& scope);
/// Where a function that cannot be asked here may be.
Fault not_asked(const Part& name, const Signature& function);
/// Where a table stands before its function in a release or a monitor.
Fault of_one_table(const Expr& expr, const Signature& function, const Scope& scope);
/// What `when:` asks for.
std::variant<Leaf, Fault> trigger_leaf(const Expr& expr, const Scope& scope);
/// The one of `names`, entries of a section, that `delay` or `release.delay` means.
std::variant<std::string, Fault> entry_named(const Expr& name, std::string_view section,
                                             const std::vector<std::string>& names);
/// Whether the task has it, as far as that is known; else why not.
std::optional<Fault> problem_of_metric(const Part& name, const Scope& scope);

}  // namespace mlops::expect
