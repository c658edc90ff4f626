// The operator's token: a request that shows it may change documents and write files through a
// running server. It lies in the data folder, readable by the folder's owner only: whoever may read
// the data may also operate on it.
#pragma once

#include <string>
#include <string_view>

#include "ot/base/result.h"

namespace cowrite::http {

// The file holds no token, or others than its owner may read it.
inline constexpr std::string_view kErrTokenFile = "ERR_OPERATOR_TOKEN_FILE";

// Where the token of a data folder lies.
[[nodiscard]] std::string operator_token_path(const std::string& folder);

// The token of a data folder; one that has none is given one of 256 random bits. Fails with
// kErrTokenFile, or storage's kErrIo. REQUIRES: the folder exists.
[[nodiscard]] Result<std::string> load_or_create_operator_token(const std::string& folder);

// The token in a file. Fails with kErrTokenFile.
[[nodiscard]] Result<std::string> read_operator_token(const std::string& path);

// Whether they are equal, in a time that tells nothing of where they differ.
[[nodiscard]] bool is_same_token(std::string_view given, std::string_view token);

}  // namespace cowrite::http
