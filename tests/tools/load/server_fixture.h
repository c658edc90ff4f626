// A real server in this process, whose documents are in memory, and cowrite-load as a child
// process.
#pragma once

#include <unistd.h>

#include <memory>
#include <string>

#include "ot/base/check.h"
#include "server/log/log.h"
#include "server/server.h"
#include "tests/tools/cowrite_process.h"

namespace cowrite::load {

class RunningServer {
 public:
  RunningServer() {
    server::ServerOptions options;
    options.data = ":memory:";
    options.listen = {"127.0.0.1", 0};
    auto started = server::Server::start(options, log_, [](const Error&) { CHECK(false); });
    CHECK(started);
    server_ = *std::move(started);
  }
  ~RunningServer() { server_->stop(); }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }

 private:
  log::Log log_{STDERR_FILENO, log::Level::kError, log::Format::kText};
  std::unique_ptr<server::Server> server_;
};

// The one that all tests share.
inline RunningServer& running_server() {
  static RunningServer server;
  return server;
}

// cowrite-load with these words, separated by blanks, on a server.
inline cli::Ran run_load(const std::string& words, const std::string& url) {
  cli::Words arguments;
  std::string word;
  for (const char c : words + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      arguments.push_back(std::exchange(word, {}));
    }
  }
  arguments.insert(arguments.end(), {"--server", url});
  return cli::run(arguments);
}

}  // namespace cowrite::load
