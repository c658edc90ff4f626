#include "server/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <optional>
#include <thread>

#include "server/limits.h"
#include "server/version.h"

namespace cowrite::server {
namespace {

// "127.0.0.1:8080", "localhost:0", "[::1]:8080".
std::optional<ListenAddress> parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  ListenAddress address{text.substr(0, colon), 0};
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

}  // namespace

std::variant<ServerOptions, Farewell> parse_options(int argc, char** argv) {
  ServerOptions options;
  options.loops = std::max(1U, std::thread::hardware_concurrency());
  std::string listen = "127.0.0.1:8080";

  CLI::App app(
      "A collaborative text editor's server. Open the URL that it prints in several browser tabs "
      "and type.",
      "cowrite-server");
  app.set_version_flag("--version", std::string("cowrite-server ") + kVersion);
  app.add_option("--data", options.data,
                 "Folder of the documents, made if it is missing; \":memory:\" keeps them until "
                 "the server ends")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--listen", listen, "Address to serve on; port 0 picks a free one")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option("--loops", options.loops, "Threads that serve connections")
      ->type_name("N")
      ->check(CLI::Range(1, 64))
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
  app.add_option("--memory", options.memory_bytes,
                 "Memory for cached documents and the store, such as 512M or 2G")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false))
      ->check(CLI::Range(kMemoryBytesMin, kIntegerMax))
      ->default_str("256M");
  app.add_option("--disk-reserve", options.disk_reserve_bytes,
                 "While less of the disk is free, what is typed waits, and reading goes on")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false))
      ->default_str("64M");
  app.footer(
      "Signals: SIGTERM and SIGINT finish what is in flight and end the server within 5 seconds.\n"
      "Exit status: 0 stopped; 1 could not start; 2 usage; 3 the disk failed, nothing more was "
      "acknowledged.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Farewell{app.help(), 0};
  } catch (const CLI::CallForVersion&) {
    return Farewell{app.version() + "\n", 0};
  } catch (const CLI::ParseError& error) {
    return Farewell{
        std::string("cowrite-server: ") + error.what() + "\nTry cowrite-server --help\n", 2};
  }
  const std::optional<ListenAddress> address = parse_address(listen);
  if (!address)
    return Farewell{"cowrite-server: --listen: \"" + listen + "\" is not HOST:PORT\n", 2};
  options.listen = *address;
  return options;
}

}  // namespace cowrite::server
