// The options of cowrite-server. Each is one entry here, from which come its flag, its variable in
// the environment, its key in a configuration file, the help, and what --check-config shows; tests
// compare README.md and cowrite.example.toml with it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/server.h"

namespace cowrite::server {

enum class Arity : std::uint8_t { kOne, kList };

// When a change of the configuration file holds.
enum class Reload : std::uint8_t { kAtOnce, kNextStart };

struct Option {
  // "disk-reserve": the flag --disk-reserve, COWRITE_DISK_RESERVE, and disk-reserve in a file.
  std::string_view name;
  std::string_view form;  // "SIZE", in the help.
  std::string help;
  std::string if_absent;  // The text that is read where nothing sets the option.
  Arity arity = Arity::kOne;
  Reload reload = Reload::kNextStart;
  // Reads a text. Returns the mistake in it, as what follows "--disk-reserve: ".
  std::optional<std::string> (*read)(const std::string& text, ServerOptions& options) = nullptr;
};

[[nodiscard]] std::span<const Option> option_table();

// Null if there is none of that name.
[[nodiscard]] const Option* find_option(std::string_view name);

// "disk-reserve" -> "COWRITE_DISK_RESERVE"
[[nodiscard]] std::string environment_name(std::string_view option);

}  // namespace cowrite::server
