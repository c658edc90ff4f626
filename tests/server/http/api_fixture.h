// ApiFixture: the API on a real log in memory, asked as the transport asks it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <semaphore>
#include <string>
#include <string_view>

#include "server/http/api.h"
#include "storage/format/keys.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"

namespace cowrite::http {

class ApiFixture : public testing::Test {
 protected:
  storage::DocumentWriter write(const std::string& id, const std::string& collection = "docs") {
    return {*log_, {collection, id}};
  }

  // Makes what the list of documents has of one unreadable.
  void damage_name(const storage::DocumentKey& key) {
    storage::put(log_->store(), storage::Table::kMeta, storage::document_name_key(key), "damaged");
  }

  std::future<Response> send(const std::string& method, const std::string& path,
                             const std::string& query) {
    auto answer = std::make_shared<std::promise<Response>>();
    Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.payer = payer_;
    api_.handle(request, [answer](Response response) { answer->set_value(std::move(response)); });
    return answer->get_future();
  }

  Response get(const std::string& path, const std::string& query = "") {
    return send("GET", path, query).get();
  }

  nlohmann::json get_json(const std::string& path, const std::string& query = "") {
    const Response response = get(path, query);
    EXPECT_EQ(response.status, 200) << path << "?" << query << ": " << response.body;
    EXPECT_EQ(header(response, "Content-Type"), "application/json");
    return nlohmann::json::parse(response.body);
  }

  // "404 ERR_DOCUMENT_UNKNOWN"
  std::string error_of(const std::string& path, const std::string& query = "") {
    const Response response = get(path, query);
    const nlohmann::json body = nlohmann::json::parse(response.body);
    EXPECT_FALSE(body["error"]["message"].get<std::string>().empty());
    return std::to_string(response.status) + " " + body["error"]["code"].get<std::string>();
  }

  std::shared_ptr<const void> reserve(std::size_t bytes) {
    asked_most_ = std::max(asked_most_.load(), bytes);
    if (bytes > room_) return nullptr;
    taken_ += bytes;
    return {this, [this, bytes](const void*) { taken_ -= bytes; }};
  }

  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }

  std::unique_ptr<storage::RocksDbLog> log_ =
      *storage::RocksDbLog::open("", storage::OpenMode::kInMemory);
  std::atomic<std::size_t> room_ = SIZE_MAX;  // What the API may have for one request.
  std::atomic<std::size_t> asked_most_ = 0;
  std::atomic<std::size_t> taken_ = 0;
  Api api_{*log_, [this](std::size_t bytes) { return reserve(bytes); }};
  storage::Payer payer_{1};  // Of what is sent.
};

}  // namespace cowrite::http
