// Server: everything of cowrite-server in one process: the log, the loops, and what is served
// beside the WebSocket.
//
//     /ws        documents, over ShareDB's protocol (server/PROTOCOL.md)
//     /api/...   the HTTP API (server/http/API.md)
//     /healthz   whether all is well (server/http/health.h)
//     /metrics   what is counted (server/metrics/), for the operator; without a token on an address
//                of its own, if there is one
//     the rest   pages
//
// start() and stop() are called by one thread, which is none of the loops'.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "server/access/access_policy.h"
#include "server/clients_ahead_of_log.h"
#include "server/http/api.h"
#include "server/http/health.h"
#include "server/http/operator_api.h"
#include "server/limits.h"
#include "server/loop/loop.h"
#include "server/metrics/refusals.h"
#include "server/metrics/sources.h"
#include "server/notices.h"
#include "server/pages/pages.h"
#include "server/switchboard/switchboard.h"
#include "server/transport/web_socket_server.h"
#include "storage/limits.h"
#include "storage/log.h"

namespace cowrite::server {

struct ServerOptions {
  std::string data = "./data";  // Folder, or ":memory:".
  transport::ListenAddress listen{"127.0.0.1", 8080};
  std::optional<transport::ListenAddress> metrics_listen;  // For /metrics without a token.
  std::size_t loops = 1;
  std::vector<std::string> hosts;             // Names under which browsers may address it.
  std::vector<std::string> origins;           // Foreign pages that may connect.
  std::string base_path;                      // Under which all is served, as "/pad"; or empty.
  std::vector<std::string> embed_origins;     // Foreign pages that may show /embed/ in a frame.
  std::uint64_t memory_bytes = kMemoryBytes;  // For open documents and the store.
  std::uint64_t disk_reserve_bytes = storage::kDiskReserveBytes;  // Below it, commits wait.
};

class Server {
 public:
  // How the server reaches its operator. From any thread.
  struct Operator {
    // The log has failed: nothing may be answered any more.
    std::function<void(const Error&)> halt;
    // Tells a sentence about something that does not stop the server.
    std::function<void(const std::string&)> warn;
  };

  // Opens the data and starts to serve. Fails with an error that names the option or the folder.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const ServerOptions& options,
                                                             Operator reports_to);
  ~Server();

  // The port that it listens on.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // The port on which it serves metrics without a token; 0 if there is none.
  [[nodiscard]] std::uint16_t metrics_port() const { return metrics_port_; }

  // Takes nothing new, finishes what is in flight, closes every socket with 1012, and returns when
  // all of that is done, within seconds.
  void stop();

 private:
  Server(std::unique_ptr<storage::Log> log, access::AccessPolicy access, pages::Pages pages,
         std::string token, Operator reports_to);

  [[nodiscard]] Result<void> listen(const ServerOptions& options);
  [[nodiscard]] Result<void> listen_for_metrics(const transport::ListenAddress& address);
  void note_sources(const ServerOptions& options);
  [[nodiscard]] switchboard::Ports switchboard_ports();
  [[nodiscard]] transport::WebSocketServer::Handlers handlers(document::LoopIndex loop,
                                                              const std::string& base_path);
  [[nodiscard]] std::optional<Error> refuse(const http::Request& request);
  [[nodiscard]] http::OperatorPorts operator_ports();
  void serve(const http::Request& request, http::Respond respond);
  [[nodiscard]] http::Vitals vitals() const;
  void respond_metrics(const http::Request& request, http::Respond respond);

  // Destroyed from the last to the first: the WebSocket servers need their loops' contexts, and the
  // documents the log.
  std::unique_ptr<storage::Log> log_;
  const access::AccessPolicy access_;
  const pages::Pages pages_;
  http::Api api_;
  http::OperatorApi operator_api_;
  const Operator operator_;
  ClientsAheadOfLog clients_ahead_;
  Notices refusals_;
  Notices clock_notices_;
  metrics::Refusals refusal_counts_;
  std::vector<std::unique_ptr<loop::Loop>> loops_;
  std::unique_ptr<switchboard::Switchboard> switchboard_;
  std::shared_ptr<transport::ConnectionQuota> quota_;
  // One for each loop.
  std::vector<std::unique_ptr<transport::WebSocketServer>> web_socket_servers_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;

  // Metrics are collected on a thread of their own, which answers also when the others are busy.
  metrics::Sources sources_;
  loop::Loop metrics_loop_;
  std::unique_ptr<transport::WebSocketServer> metrics_server_;
  std::uint16_t metrics_port_ = 0;
};

}  // namespace cowrite::server
