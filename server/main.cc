// cowrite-server: serves documents until it is told to stop.

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <variant>

#include "server/limits.h"
#include "server/log/log.h"
#include "server/option_table.h"
#include "server/options.h"
#include "server/server.h"
#include "server/version.h"

namespace {

using cowrite::Error;
using cowrite::Result;
using cowrite::log::Log;
using cowrite::server::Configuration;
using cowrite::server::EarlyExit;
using cowrite::server::Server;
using cowrite::server::ServerOptions;

constexpr int kExitNotStarted = 1;
constexpr int kExitLogFailed = 3;

// What the user wrote, which is read again when the configuration is reloaded.
struct Arguments {
  int count;
  char** texts;

  [[nodiscard]] std::variant<Configuration, EarlyExit> parse() const {
    return cowrite::server::parse_options(count, texts, environ);
  }
};

void complain(Log& log, const Error& error) { log.error(error.message, {{"code", error.code}}); }

std::string url(const std::string& host, std::uint16_t port, const std::string& path) {
  return "http://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" +
         std::to_string(port) + path;
}

// ---- Signals

// As under nohup.
bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// SIGHUP says to a server on a terminal that the terminal is gone, and to any other that it shall
// reload its configuration.
bool on_terminal() {
  return ::isatty(STDIN_FILENO) || ::isatty(STDOUT_FILENO) || ::isatty(STDERR_FILENO);
}

// The signals are taken by sigwait alone. Before any thread starts, since threads inherit the mask.
sigset_t block_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  if (!on_terminal() || !is_ignored(SIGHUP)) {
    std::signal(SIGHUP, SIG_DFL);
    sigaddset(&signals, SIGHUP);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// ---- Reloading

// What has changed and can be taken over now is; of the rest the log says that it waits.
void take_over(const Configuration& wanted, Configuration& running, Server& server, Log& log) {
  using cowrite::server::Reload;
  const auto changes = cowrite::server::differences(running, wanted);
  if (changes.empty()) log.info("configuration reloaded: nothing has changed");
  if (const Result<void> admitted = server.admit(wanted.options); !admitted) {
    return complain(log, admitted.error());
  }
  log.set_level(wanted.options.log_level);
  for (const auto& change : changes) {
    const std::string name(change.option->name);
    if (change.option->reload == Reload::kAtOnce) {
      running.settings[change.index] = wanted.settings[change.index];
      log.info("configuration reloaded: " + name + " has changed", {{"value", change.text}});
    } else {
      log.warning("configuration reloaded: " + name + " will change at the next start",
                  {{"value", change.text}});
    }
  }
}

void reload(const Arguments& arguments, Configuration& running, Server& server, Log& log) {
  if (running.file.empty()) {
    return log.info("SIGHUP is ignored: there is no configuration file to reload");
  }
  const auto parsed = arguments.parse();
  if (const auto* wanted = std::get_if<Configuration>(&parsed)) {
    return take_over(*wanted, running, server, log);
  }
  for (const std::string& mistake : std::get<EarlyExit>(parsed).mistakes) {
    log.error("configuration not reloaded, all stays as it was: " + mistake);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments{argc, argv};
  auto parsed = arguments.parse();
  if (const auto* early_exit = std::get_if<EarlyExit>(&parsed)) {
    (early_exit->exit_status == 0 ? std::cout : std::cerr) << early_exit->text;
    return early_exit->exit_status;
  }
  auto& configuration = std::get<Configuration>(parsed);
  const ServerOptions& options = configuration.options;
  const sigset_t signals = block_signals();
  Log log(STDERR_FILENO, options.log_level, options.log_format);
  for (const std::string& doubt : configuration.doubts) log.warning(doubt);

  // Nobody knows if the last batch is on disk, so nothing may be answered any more: no destructor
  // runs, no socket is drained.
  const auto halt = [&log](const Error& error) {
    complain(log, error);
    log.flush();
    std::_Exit(kExitLogFailed);
  };
  Result<std::unique_ptr<Server>> server = Server::start(options, log, halt);
  if (!server) {
    complain(log, server.error());
    return kExitNotStarted;
  }
  log.info("started", {{"version", cowrite::server::kVersion},
                       {"data", options.data},
                       {"loops", options.loops},
                       {"config", configuration.file}});
  std::cout << "cowrite-server listening on "
            << url(options.listen.host, (*server)->port(), options.base_path) << "\n";
  if (options.metrics_listen) {
    std::cout << "cowrite-server serves metrics on "
              << url(options.metrics_listen->host, (*server)->metrics_port(), "/metrics") << "\n";
  }
  std::cout << std::flush;
  int signal = 0;
  sigwait(&signals, &signal);
  while (signal == SIGHUP && !on_terminal()) {
    reload(arguments, configuration, **server, log);
    sigwait(&signals, &signal);
  }
  log.info("stopping", {{"signal", "SIG" + std::string(::sigabbrev_np(signal))}});
  (*server)->stop();
  server->reset();
  log.info("stopped");
  return EXIT_SUCCESS;
}
