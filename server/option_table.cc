#include "server/option_table.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "server/access/access_policy.h"
#include "server/config/value_forms.h"
#include "server/limits.h"
#include "server/pages/pages.h"
#include "storage/limits.h"
#include "storage/store/data_folder.h"
#include "storage/version_selector.h"

namespace cowrite::server {
namespace {

using Mistake = std::optional<std::string>;

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

Mistake read_data(const std::string& text, ServerOptions& options) {
  options.data = text;
  if (text == ":memory:") return std::nullopt;
  const Result<void> named = storage::check_folder_name(text);
  return named ? std::nullopt : Mistake(named.error().message);
}

Mistake read_listen(const std::string& text, ServerOptions& options) {
  std::optional<config::HostPort> address = config::parse_host_port(text);
  if (!address) return quoted(text) + " is not HOST:PORT";
  options.listen = {std::move(address->host), address->port};
  return std::nullopt;
}

Mistake read_metrics_listen(const std::string& text, ServerOptions& options) {
  options.metrics_listen.reset();
  if (text.empty()) return std::nullopt;
  std::optional<config::HostPort> address = config::parse_host_port(text);
  if (!address) return quoted(text) + " is not HOST:PORT";
  options.metrics_listen = {std::move(address->host), address->port};
  return std::nullopt;
}

Mistake read_base_path(const std::string& text, ServerOptions& options) {
  std::optional<std::string> path = config::parse_base_path(text);
  if (!path) return quoted(text) + " is not a path such as /pad";
  options.base_path = *std::move(path);
  return std::nullopt;
}

Mistake read_loops(const std::string& text, ServerOptions& options) {
  const Result<std::uint64_t> loops = storage::parse_number(text);
  if (!loops || *loops < 1 || *loops > kLoopsMax) {
    return quoted(text) + " is not a number from 1 to " + std::to_string(kLoopsMax);
  }
  options.loops = static_cast<std::size_t>(*loops);
  return std::nullopt;
}

// Reads a list, of which `check` finds the mistakes in the elements.
template <typename Check>
Mistake read_list(const std::string& text, std::vector<std::string>& list, Check check) {
  std::optional<std::vector<std::string>> parsed = config::parse_list(text);
  if (!parsed) return quoted(text) + " has an empty element";
  const auto checked = check(*parsed);
  if (!checked) return checked.error().message;
  list = *std::move(parsed);
  return std::nullopt;
}

Mistake read_hosts(const std::string& text, ServerOptions& options) {
  return read_list(text, options.hosts, [](const std::vector<std::string>& hosts) {
    return access::AccessPolicy::make(hosts, {});
  });
}

Mistake read_origins(const std::string& text, ServerOptions& options) {
  return read_list(text, options.origins, [](const std::vector<std::string>& origins) {
    return access::AccessPolicy::make({}, origins);
  });
}

Mistake read_embed_origins(const std::string& text, ServerOptions& options) {
  return read_list(text, options.embed_origins, [](const std::vector<std::string>& origins) {
    return pages::Pages::make({}, {.embed_origins = origins});
  });
}

Mistake read_trusted_proxies(const std::string& text, ServerOptions& options) {
  return read_list(text, options.trusted_proxies, [](const std::vector<std::string>& proxies) {
    return transport::TrustedProxies::make(proxies);
  });
}

Mistake read_memory(const std::string& text, ServerOptions& options) {
  const std::optional<std::uint64_t> memory = config::parse_size(text);
  if (!memory || *memory < kMemoryBytesMin) {
    return quoted(text) + " is not a size of " + config::megabytes(kMemoryBytesMin) +
           " or more: " + std::string(config::kSizeForm);
  }
  options.memory_bytes = *memory;
  return std::nullopt;
}

Mistake read_disk_reserve(const std::string& text, ServerOptions& options) {
  const std::optional<std::uint64_t> reserve = config::parse_size(text);
  if (!reserve) return quoted(text) + " is not a size: " + std::string(config::kSizeForm);
  options.disk_reserve_bytes = *reserve;
  return std::nullopt;
}

Mistake read_log_level(const std::string& text, ServerOptions& options) {
  const std::optional<log::Level> level = log::parse_level(text);
  if (!level) return quoted(text) + " is none of error, warning, info and debug";
  options.log_level = *level;
  return std::nullopt;
}

Mistake read_log_format(const std::string& text, ServerOptions& options) {
  const std::optional<log::Format> format = log::parse_format(text);
  if (!format) return quoted(text) + " is neither text nor json";
  options.log_format = *format;
  return std::nullopt;
}

unsigned cores() { return std::clamp(std::thread::hardware_concurrency(), 1U, kLoopsMax); }

const Option kTable[] = {
    {.name = "data",
     .form = "DIR",
     .help = "Folder of the documents, made if it is missing; \":memory:\" keeps them until the "
             "server ends",
     .if_absent = "./data",
     .read = read_data},
    {.name = "listen",
     .form = "HOST:PORT",
     .help = "Address to serve on; port 0 picks a free one",
     .if_absent = "127.0.0.1:8080",
     .read = read_listen},
    {.name = "metrics-listen",
     .form = "HOST:PORT",
     .help = "Address to serve /metrics on without a token; elsewhere it needs the operator's",
     .read = read_metrics_listen},
    {.name = "base-path",
     .form = "PATH",
     .help = "Path under which all is served, as a proxy passes it on",
     .if_absent = "/",
     .read = read_base_path},
    {.name = "loops",
     .form = "N",
     .help = "Threads that serve connections",
     .if_absent = std::to_string(cores()),
     .read = read_loops},
    {.name = "hosts",
     .form = "NAME,...",
     .help = "Names under which browsers may address the server, besides IP addresses and "
             "localhost",
     .arity = Arity::kList,
     .reload = Reload::kAtOnce,
     .read = read_hosts},
    {.name = "origins",
     .form = "ORIGIN,...",
     .help = "Foreign pages that may connect, as scheme://host[:port]",
     .arity = Arity::kList,
     .reload = Reload::kAtOnce,
     .read = read_origins},
    {.name = "embed-origins",
     .form = "ORIGIN,...",
     .help = "Foreign pages that may show /embed/NAME in a frame, as scheme://host[:port]",
     .arity = Arity::kList,
     .reload = Reload::kAtOnce,
     .read = read_embed_origins},
    {.name = "trusted-proxies",
     .form = "PROXY,...",
     .help = "Proxies whose headers name their clients: addresses, networks as 10.0.0.0/8, or "
             "loopback",
     .arity = Arity::kList,
     .read = read_trusted_proxies},
    {.name = "memory",
     .form = "SIZE",
     .help = "For all that it holds, but for about 128 MiB of its own: " +
             std::string(config::kSizeForm),
     .if_absent = config::megabytes(kMemoryBytes),
     .read = read_memory},
    {.name = "disk-reserve",
     .form = "SIZE",
     .help = "While less of the disk is free, what is typed waits, and reading goes on",
     .if_absent = config::megabytes(storage::kDiskReserveBytes),
     .read = read_disk_reserve},
    {.name = "log-level",
     .form = "LEVEL",
     .help = "The least important lines of the log: error, warning, info or debug",
     .if_absent = "info",
     .reload = Reload::kAtOnce,
     .read = read_log_level},
    {.name = "log-format",
     .form = "FORMAT",
     .help = "Lines of the log as text for people, or as json",
     .if_absent = "text",
     .read = read_log_format},
};

}  // namespace

std::span<const Option> option_table() { return kTable; }

const Option* find_option(std::string_view name) {
  const auto table = option_table();
  const auto found = std::ranges::find(table, name, &Option::name);
  return found == table.end() ? nullptr : &*found;
}

std::string environment_name(std::string_view option) {
  std::string name = "COWRITE_";
  for (const char c : option) {
    name += c == '-' ? '_' : static_cast<char>('a' <= c && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

}  // namespace cowrite::server
