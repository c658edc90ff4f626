// A configuration file: TOML (toml.io, 1.0), one key an option, at the top.
//
//     listen = "0.0.0.0:8080"
//     loops = 4
//     memory = "512M"
//     hosts = ["notes.example.org", "pad.example.org"]
//
// A number is the same as its digits in quotes, a list the same as its elements with commas between
// them. Which keys there are, and what they may say, is not known here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/config/setting.h"

namespace cowrite::config {

// The file cannot be read, or is not what it should be; the message names it and the line.
inline constexpr std::string_view kErrConfigFile = "ERR_CONFIG_FILE";

// Far more than all options with long lists. A larger file is one of another kind.
inline constexpr std::size_t kConfigFileBytesMax = 1 << 20;

// The settings in the order of their lines. Fails with kErrConfigFile.
[[nodiscard]] Result<std::vector<Setting>> read_config_file(const std::string& path);

// The same of a file's text.
[[nodiscard]] Result<std::vector<Setting>> parse_config(std::string_view text,
                                                        const std::string& path);

}  // namespace cowrite::config
