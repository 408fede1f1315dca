#pragma once
/// Values as people read them.

#include <mlops/expect/evaluate.hpp>

#include <string>

namespace mlops::expect {

/// Two values that are compared, with as many digits as it takes to tell them apart; durations in `unit` if
/// it is one.
std::pair<std::string, std::string> told_apart(const Value& left, const Value& right, const Type& type,
                                               Unit unit);

/// One value.
std::string shown(const Value& value, const Type& type, Unit unit);

/// "x DOUBLE is new, y BIGINT is gone, z is BIGINT, not VARCHAR"
std::string difference(const Schema& seen, const Schema& wanted);

}  // namespace mlops::expect
