// The documents of a run, as a client of its own makes them before and reads them after.
//
// These functions run a loop of their own until they are done. They fail with kErrRefused,
// kErrProtocol, kErrConnection or kErrSilent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "tools/load/verification/history.h"
#include "tools/load/wire/target.h"

namespace cowrite::load {

// So many characters in lines and words, a document's own.
[[nodiscard]] std::string sample_text(std::size_t document, std::uint64_t length);

// Creates documents of these ids, each with sample_text(its index, length).
[[nodiscard]] Result<void> create_documents(const Target& target, const std::string& collection,
                                            const std::vector<std::string>& ids,
                                            std::uint64_t length);

// Fetches of each document all its records and its newest text, and calls read(index, history).
[[nodiscard]] Result<void> read_histories(const Target& target, const std::string& collection,
                                          const std::vector<std::string>& ids,
                                          const std::function<void(std::size_t, History)>& read);

}  // namespace cowrite::load
