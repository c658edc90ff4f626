// OperatorFixture: the operator's API on a real log in memory. Its changes are appended to the log
// as a live document would.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/history/record_writer.h"
#include "server/http/operator_api.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/document_writer.h"

namespace cowrite::http {

class OperatorFixture : public testing::Test {
 protected:
  static constexpr const char* kToken = "0f0f0f0f";

  storage::DocumentWriter write(const std::string& id) { return {*log_, {"docs", id}}; }

  std::future<Response> send(Request request) {
    auto answer = std::make_shared<std::promise<Response>>();
    api_.handle(request, [answer](Response response) { answer->set_value(std::move(response)); });
    return answer->get_future();
  }

  Response get(const std::string& path) {
    return send({.method = "GET",
                 .path = "/api/operator/" + path,
                 .headers = {{"authorization", "Bearer " + std::string(kToken)}}})
        .get();
  }

  static Request post_request(const std::string& path, const std::string& query,
                              const std::string& body) {
    return {.method = "POST",
            .path = "/api/operator/" + path,
            .query = query,
            .body = body,
            .headers = {{"authorization", "bearer " + std::string(kToken)}}};
  }

  Response post(const std::string& path, const std::string& query = "",
                const std::string& body = "") {
    return send(post_request(path, query, body)).get();
  }

  static nlohmann::json json_of(const Response& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    return nlohmann::json::parse(response.body);
  }

  // "404 ERR_DOCUMENT_UNKNOWN"
  static std::string error_of(const Response& response) {
    const nlohmann::json body = nlohmann::json::parse(response.body);
    EXPECT_FALSE(body["error"]["message"].get<std::string>().empty());
    return std::to_string(response.status) + " " + body["error"]["code"].get<std::string>();
  }
  static std::string message_of(const Response& response) {
    return nlohmann::json::parse(response.body)["error"]["message"].get<std::string>();
  }

  std::string text(const std::string& id) {
    return log_->history().snapshot({"docs", id}, std::nullopt)->text.to_string();
  }

  // The documents that were to be loaded anew.
  std::vector<std::string> reloaded() {
    const std::lock_guard lock(mutex_);
    return reloaded_;
  }

  // What an operator's log is told.
  std::vector<std::string> acts() {
    const std::lock_guard lock(mutex_);
    return acts_;
  }

  std::unique_ptr<storage::RocksDbLog> log_ =
      *storage::RocksDbLog::open("", storage::OpenMode::kInMemory);

 private:
  OperatorPorts ports() {
    return {
        .submit =
            [this](history::DocumentChange change,
                   const std::function<void(Result<std::uint64_t>)>& done) {
              done(history::LogSink(*log_, 1'000, [] { return true; }).submit(std::move(change)));
            },
        .reload =
            [this](const storage::DocumentKey& key) {
              const std::lock_guard lock(mutex_);
              reloaded_.push_back(key.id());
            },
        .done =
            [this](const OperatorAct& act) {
              const std::lock_guard lock(mutex_);
              acts_.push_back(std::string(act.name) + " " + act.subject + " on " +
                              std::to_string(act.connection) + ": " +
                              std::string(act.error_code.empty() ? "done" : act.error_code));
            },
        .refused =
            [this](const Error& error, std::uint64_t connection) {
              const std::lock_guard lock(mutex_);
              acts_.push_back(std::string(error.code) + " on " + std::to_string(connection));
            },
    };
  }

  std::mutex mutex_;
  std::vector<std::string> reloaded_;
  std::vector<std::string> acts_;

 protected:
  std::atomic<bool> has_room_ = true;
  OperatorApi api_{*log_, kToken, ports(), [this](std::size_t) {
                     return has_room_ ? std::make_shared<const int>(0) : nullptr;
                   }};
};

}  // namespace cowrite::http
