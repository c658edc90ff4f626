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
#include "server/descriptors.h"
#include "server/http/api.h"
#include "server/http/health.h"
#include "server/http/operator_api.h"
#include "server/limits.h"
#include "server/log/log.h"
#include "server/log/repeats.h"
#include "server/loop/loop.h"
#include "server/loop/workers.h"
#include "server/metrics/refusals.h"
#include "server/metrics/sources.h"
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
  std::vector<std::string> trusted_proxies;   // Whose word about their clients' addresses holds.
  std::uint64_t memory_bytes = kMemoryBytes;  // Of all.
  std::uint64_t disk_reserve_bytes = storage::kDiskReserveBytes;  // Below it, commits wait.
  log::Level log_level = log::Level::kInfo;                       // For whoever makes the log.
  log::Format log_format = log::Format::kText;
};

class Server {
 public:
  // How the server ends where its log of documents has failed and nothing may be answered any more.
  // From any thread.
  using Halt = std::function<void(const Error&)>;

  // Opens the data and starts to serve. Fails with an error that names the option or the folder.
  // REQUIRES: the operator's log outlives it.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const ServerOptions& options,
                                                             log::Log& operator_log, Halt halt);
  ~Server();

  // The port that it listens on.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // The port on which it serves metrics without a token; 0 if there is none.
  [[nodiscard]] std::uint16_t metrics_port() const { return metrics_port_; }

  // From now on the hosts, origins and embed_origins are these; connections that are open stay.
  // Returns when every loop has them. Fails with an error that names the value, and then nothing
  // has changed.
  [[nodiscard]] Result<void> admit(const ServerOptions& options);

  // Takes nothing new, finishes what is in flight, closes every socket with 1012, and returns when
  // all of that is done, within seconds.
  void stop();

 private:
  // Who may ask, and the pages, which say who may frame them. Never changes.
  struct Admission {
    access::AccessPolicy access;
    pages::Pages pages;
  };

  Server(std::unique_ptr<storage::Log> log, std::shared_ptr<const Admission> admission,
         std::string token, log::Log& operator_log, Halt halt);

  [[nodiscard]] static Result<std::shared_ptr<const Admission>> make_admission(
      const ServerOptions& options);

  [[nodiscard]] Result<void> listen(const ServerOptions& options, const Descriptors& descriptors);
  [[nodiscard]] Result<void> listen_for_metrics(const transport::ListenAddress& address);
  void note_sources(const ServerOptions& options);
  [[nodiscard]] std::size_t input_bytes_of_loop(const MemoryShares& shares) const;
  [[nodiscard]] switchboard::Ports switchboard_ports();
  [[nodiscard]] transport::WebSocketServer::Handlers connection_handlers();
  [[nodiscard]] transport::WebSocketServer::Handlers handlers(document::LoopIndex loop,
                                                              const std::string& base_path);
  [[nodiscard]] std::optional<Error> refuse(const Admission& admission,
                                            const http::Request& request);
  [[nodiscard]] http::OperatorPorts operator_ports();
  [[nodiscard]] http::Vitals vitals() const;
  void respond_metrics(const http::Request& request, http::Respond respond);
  void note(const http::OperatorAct& act);
  // A client has named a version that the log does not have. Nothing is sent before it is on disk,
  // so either the data folder was replaced by an older one, or records on the disk are lost, or the
  // client lies, as any client can.
  void note_client_ahead(const storage::DocumentKey& key, std::uint64_t seen, std::uint64_t held);
  // Tells of the response, at the level of debugging.
  [[nodiscard]] http::Respond reported(const http::Request& request, http::Respond respond);
  void serve(document::LoopIndex loop, const http::Request& request, http::Respond respond);

  // Destroyed from the last to the first: the WebSocket servers need their loops' contexts, and the
  // documents the log.
  std::unique_ptr<storage::Log> log_;
  http::Api api_;
  http::OperatorApi operator_api_;
  log::Log& operator_log_;
  const Halt halt_;
  log::Repeats repeats_;
  metrics::Refusals refusal_counts_;
  std::atomic<std::uint64_t> requests_ahead_ = 0;             // See note_client_ahead().
  std::atomic<std::uint64_t> connections_ = 0;                // That there ever were.
  std::vector<std::shared_ptr<const Admission>> admissions_;  // One for each loop, which owns it.
  std::vector<std::unique_ptr<loop::Loop>> loops_;
  std::unique_ptr<switchboard::Switchboard> switchboard_;
  loop::Workers workers_;
  transport::TrustedProxies trusted_proxies_;
  const transport::Payers payers_;
  std::shared_ptr<transport::ConnectionQuota> quota_;
  // One for each loop.
  std::vector<std::unique_ptr<transport::WebSocketServer>> web_socket_servers_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;

  // Metrics are collected on a thread of their own, which answers also when the others are busy.
  metrics::Sources sources_;
  std::shared_ptr<const Admission> metrics_admission_;  // That loop's.
  loop::Loop metrics_loop_;
  std::unique_ptr<transport::WebSocketServer> metrics_server_;
  std::uint16_t metrics_port_ = 0;
};

}  // namespace cowrite::server
