#pragma once
/// What an answer, or the lack of one, means for a download.

#include <mlops/base/error.hpp>
#include <mlops/http/network.hpp>

#include "src/fetch/wire.hpp"

namespace mlops::http {

/// Another attempt may go well.
bool may_pass(const Reply& reply);

/// The Error of a reply that brought nothing: codes as download() says.
Error fault_of(const Reply& reply, const std::string& url, const Network& network);

}  // namespace mlops::http
