#include "server/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <thread>

#include "server/access/access_policy.h"
#include "server/limits.h"
#include "server/pages/pages.h"
#include "server/version.h"
#include "storage/limits.h"
#include "storage/store/data_folder.h"
#include "storage/version_selector.h"

namespace cowrite::server {
namespace {

// "127.0.0.1:8080", "localhost:0", "[::1]:8080".
std::optional<transport::ListenAddress> parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  transport::ListenAddress address{text.substr(0, colon), 0};
  if (address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    return std::nullopt;
  }
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || stop != end || address.host.empty()) return std::nullopt;
  return address;
}

constexpr std::string_view kSizeForm = "bytes, or a number with K, M, G or T, as 512M";

// "64M" -> 67,108,864. Absent if it is no size, or one beyond kIntegerMax.
std::optional<std::uint64_t> parse_size(const std::string& text) {
  constexpr std::string_view kUnits = "KMGT";
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || end - stop > 1) return std::nullopt;
  std::size_t shift = 0;
  if (stop != end) {
    const std::size_t unit = kUnits.find(*stop);
    if (unit == std::string_view::npos) return std::nullopt;
    shift = 10 * (unit + 1);
  }
  if (number > storage::kIntegerMax >> shift) return std::nullopt;
  return number << shift;
}

std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + "M"; }

// "/pad/" -> "/pad", "/" -> "". Absent if it is no path of letters, digits, "-", "_", "." and "~".
std::optional<std::string> parse_base_path(std::string text) {
  constexpr std::string_view kOthers = "-_.~/";
  const auto is_plain = [&](char c) {
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
           kOthers.find(c) != kOthers.npos;
  };
  if (!text.starts_with('/') || !std::ranges::all_of(text, is_plain)) return std::nullopt;
  if (!text.ends_with('/')) text += '/';
  for (const std::string_view wrong : {"//", "/./", "/../"}) {
    if (text.find(wrong) != std::string::npos) return std::nullopt;
  }
  text.pop_back();
  return text;
}

EarlyExit usage(const std::string& mistake) {
  return {"cowrite-server: " + mistake + "\nTry cowrite-server --help\n", 2};
}

// Options that are understood here, not by CLI11: as they are written, first by default.
struct Texts {
  std::string listen = "127.0.0.1:8080";
  std::string metrics_listen;
  std::string loops =
      std::to_string(std::clamp(std::thread::hardware_concurrency(), 1U, kLoopsMax));
  std::string memory = megabytes(kMemoryBytes);
  std::string base_path = "/";
  std::string disk_reserve = megabytes(storage::kDiskReserveBytes);
};

void declare(CLI::App& app, ServerOptions& options, Texts& texts) {
  app.add_option("--data", options.data,
                 "Folder of the documents, made if it is missing; \":memory:\" keeps them until "
                 "the server ends")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--listen", texts.listen, "Address to serve on; port 0 picks a free one")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option("--metrics-listen", texts.metrics_listen,
                 "Address to serve /metrics on without a token; elsewhere it needs the operator's")
      ->type_name("HOST:PORT");
  app.add_option("--base-path", texts.base_path,
                 "Path under which all is served, as a proxy passes it on")
      ->type_name("PATH")
      ->capture_default_str();
  app.add_option("--loops", texts.loops, "Threads that serve connections")
      ->type_name("N")
      ->capture_default_str();
  app.add_option(
         "--hosts", options.hosts,
         "Names under which browsers may address the server, besides IP addresses and localhost")
      ->type_name("NAME")
      ->delimiter(',');
  app.add_option("--origins", options.origins,
                 "Foreign pages that may connect, as scheme://host[:port]")
      ->type_name("ORIGIN")
      ->delimiter(',');
  app.add_option("--embed-origins", options.embed_origins,
                 "Foreign pages that may show /embed/NAME in a frame, as scheme://host[:port]")
      ->type_name("ORIGIN")
      ->delimiter(',');
  app.add_option("--memory", texts.memory,
                 "For open documents and the store, half each: " + std::string(kSizeForm))
      ->type_name("SIZE")
      ->capture_default_str();
  app.add_option("--disk-reserve", texts.disk_reserve,
                 "While less of the disk is free, what is typed waits, and reading goes on")
      ->type_name("SIZE")
      ->capture_default_str();
}

// Of what only its user can tell if it is valid.
std::optional<EarlyExit> check_values(const ServerOptions& options) {
  if (options.data != ":memory:") {
    const Result<void> named = storage::check_folder_name(options.data);
    if (!named) return usage("--data: " + named.error().message);
  }
  const Result<access::AccessPolicy> access =
      access::AccessPolicy::make(options.hosts, options.origins);
  if (!access) {
    const bool host = access.error().code == access::kErrHostName;
    return usage((host ? "--hosts: " : "--origins: ") + access.error().message);
  }
  const Result<pages::Pages> pages =
      pages::Pages::make({}, {.embed_origins = options.embed_origins});
  return pages ? std::nullopt : std::optional(usage("--embed-origins: " + pages.error().message));
}

// Parses the values; absent if all are valid.
std::optional<EarlyExit> parse_values(const Texts& texts, ServerOptions& options) {
  const Result<std::uint64_t> loops = storage::parse_number(texts.loops);
  if (!loops || *loops < 1 || *loops > kLoopsMax) {
    return usage("--loops: \"" + texts.loops + "\" is not a number from 1 to " +
                 std::to_string(kLoopsMax));
  }
  options.loops = static_cast<unsigned>(*loops);
  const std::optional<transport::ListenAddress> address = parse_address(texts.listen);
  if (!address) return usage("--listen: \"" + texts.listen + "\" is not HOST:PORT");
  if (!texts.metrics_listen.empty()) {
    options.metrics_listen = parse_address(texts.metrics_listen);
    if (!options.metrics_listen) {
      return usage("--metrics-listen: \"" + texts.metrics_listen + "\" is not HOST:PORT");
    }
  }
  const std::optional<std::uint64_t> memory = parse_size(texts.memory);
  if (!memory || *memory < kMemoryBytesMin) {
    return usage("--memory: \"" + texts.memory +
                 "\" is not a size of 32M or more: " + std::string(kSizeForm));
  }
  const std::optional<std::uint64_t> reserve = parse_size(texts.disk_reserve);
  if (!reserve) {
    return usage("--disk-reserve: \"" + texts.disk_reserve +
                 "\" is not a size: " + std::string(kSizeForm));
  }
  std::optional<std::string> base_path = parse_base_path(texts.base_path);
  if (!base_path) {
    return usage("--base-path: \"" + texts.base_path + "\" is not a path such as /pad");
  }
  options.listen = *address;
  options.base_path = *std::move(base_path);
  options.memory_bytes = *memory;
  options.disk_reserve_bytes = *reserve;
  return std::nullopt;
}

}  // namespace

std::variant<ServerOptions, EarlyExit> parse_options(int argc, char** argv) {
  ServerOptions options;
  Texts texts;

  CLI::App app(
      "A collaborative text editor's server. Open the URL that it prints in several browser tabs "
      "and type.",
      "cowrite-server");
  app.set_version_flag("--version", std::string("cowrite-server ") + kVersion);
  declare(app, options, texts);
  app.footer(
      "Signals: SIGTERM and SIGINT finish what is in flight and end the server within 5 seconds;\n"
      "so does SIGHUP on a terminal, and elsewhere it is ignored.\n"
      "Exit status: 0 stopped; 1 could not start; 2 usage; 3 the disk failed, nothing more was "
      "acknowledged.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return EarlyExit{app.help(), 0};
  } catch (const CLI::CallForVersion&) {
    return EarlyExit{app.version() + "\n", 0};
  } catch (const CLI::ExtrasError&) {
    return usage("there is no option " + app.remaining().front());
  } catch (const CLI::ArgumentMismatch& error) {  // "--data: 1 required DIR missing"
    const std::string words = error.what();
    const bool missing = words.ends_with("missing");
    return usage(words.substr(0, words.find(':')) +
                 (missing ? " lacks its value" : " is given more than once"));
  } catch (const CLI::ParseError& error) {
    return usage(error.what());
  }
  if (std::optional<EarlyExit> mistake = parse_values(texts, options)) return *std::move(mistake);
  if (std::optional<EarlyExit> mistake = check_values(options)) return *std::move(mistake);
  return options;
}

}  // namespace cowrite::server
