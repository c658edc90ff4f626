// RequestQueue: what one connection asks of documents and what was not passed on yet. What is about
// one document keeps its order, whatever it waits for; what is about different documents does not
// wait for each other.
//
// Sans-I/O, like the Session that it is a part of.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "server/document/messages.h"

namespace cowrite::session {

class RequestQueue {
 public:
  struct Request {
    document::ToDocument request;
    bool cancelled = false;  // It is to be answered, and not passed on.
  };

  void push(document::ToDocument request);

  // Takes the next that may be passed on; `records_too`: also if it reads records.
  [[nodiscard]] std::optional<Request> next(bool records_too);
  // One that was passed on, no operation, is answered.
  void answered(const storage::DocumentKey& key);

  // Cancels the subscriptions to the document that are here. They keep their place.
  void cancel_subscriptions(const storage::DocumentKey& key);

  // Whether anything about the document is here.
  [[nodiscard]] bool holds(const storage::DocumentKey& key) const;
  [[nodiscard]] std::size_t size() const { return size_; }

  // An operation on the document was passed on / is answered. While any is not answered, reads of
  // its whole text wait: a ShareDB client asks for the text when it has given up what it had in
  // flight, and would take a late refusal of that for one of what it sends next.
  void submitted(const storage::DocumentKey& key);
  void settled(const storage::DocumentKey& key);

  // Whether operations on the document are not answered.
  [[nodiscard]] bool awaits_answers(const storage::DocumentKey& key) const;
  // The documents of what was passed on and is not answered.
  [[nodiscard]] std::vector<storage::DocumentKey> asked() const;
  // As the next about its document: one that was answered too early, and is to be asked again.
  void put_back(document::ReadRequest request);

  // A read of the document's records goes on part by part, of which `rest` is the next / does not
  // go on: until then all else about it waits.
  void begin_parts(const storage::DocumentKey& key);
  void push_rest(document::ReadRequest rest);
  void end_parts(const storage::DocumentKey& key);

 private:
  // What is about one document.
  struct Lane {
    std::list<Request> requests;
    std::size_t under_way = 0;   // Passed on and not answered, without operations.
    std::size_t unanswered = 0;  // Operations.
    bool in_parts = false;
    bool has_rest = false;  // The first of the requests is the next part.
    bool listed = false;    // In one of the two lists.
  };
  using Lanes = std::map<storage::DocumentKey, Lane>;

  [[nodiscard]] static bool may_pass(const Lane& lane);
  void update(Lanes::iterator lane);
  [[nodiscard]] std::optional<Request> take_first(std::list<Lanes::iterator>& list,
                                                  bool of_records);

  Lanes lanes_;
  std::size_t size_ = 0;
  // Lanes whose first may be passed on, unless something has changed since: it reads records, or it
  // does something else.
  std::list<Lanes::iterator> readers_;
  std::list<Lanes::iterator> others_;
};

}  // namespace cowrite::session
