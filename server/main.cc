// cowrite-server: serves documents until it is told to stop.

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <variant>

#include "server/options.h"
#include "server/server.h"

namespace {

using cowrite::Error;
using cowrite::Result;
using cowrite::server::EarlyExit;
using cowrite::server::Server;
using cowrite::server::ServerOptions;

constexpr int kExitNotStarted = 1;
constexpr int kExitLogFailed = 3;

void complain(const Error& error) {
  std::cerr << "cowrite-server: " << error.message << " (" << error.code << ")" << std::endl;
}

// Nobody knows if the last batch is on disk, so nothing may be answered any more: no destructor
// runs, no socket is drained.
[[noreturn]] void halt(const Error& error) {
  complain(error);
  std::_Exit(kExitLogFailed);
}

void warn(const std::string& sentence) { std::cerr << "cowrite-server: " + sentence + "\n"; }

std::string url(const std::string& host, std::uint16_t port, const std::string& path) {
  return "http://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" +
         std::to_string(port) + path;
}

// As under nohup.
bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// The signals that end the server are taken by sigwait alone. Before any thread starts, since
// threads inherit the mask.
//
// SIGHUP says that the terminal is gone, and ends a server that was started for one; to any other
// it says to reload a configuration, of which there is none.
sigset_t block_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  const bool on_terminal =
      ::isatty(STDIN_FILENO) || ::isatty(STDOUT_FILENO) || ::isatty(STDERR_FILENO);
  if (!on_terminal) {
    std::signal(SIGHUP, SIG_IGN);
  } else if (!is_ignored(SIGHUP)) {
    sigaddset(&signals, SIGHUP);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = cowrite::server::parse_options(argc, argv);
  if (const auto* early_exit = std::get_if<EarlyExit>(&parsed)) {
    (early_exit->exit_status == 0 ? std::cout : std::cerr) << early_exit->text;
    return early_exit->exit_status;
  }
  const auto& options = std::get<ServerOptions>(parsed);
  const sigset_t signals = block_signals();
  Result<std::unique_ptr<Server>> server = Server::start(options, {halt, warn});
  if (!server) {
    complain(server.error());
    return kExitNotStarted;
  }
  if (options.metrics_listen) {
    std::cout << "cowrite-server serves metrics on "
              << url(options.metrics_listen->host, (*server)->metrics_port(), "/metrics") << "\n";
  }
  std::cout << "cowrite-server listening on "
            << url(options.listen.host, (*server)->port(), options.base_path) << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  std::cout << "cowrite-server stopping" << std::endl;
  (*server)->stop();
  return EXIT_SUCCESS;
}
