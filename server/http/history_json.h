// The JSON of the HTTP API about who wrote what and when, in both directions, as json.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "server/history/blame.h"
#include "server/history/difference.h"
#include "server/history/version_groups.h"

namespace cowrite::http {

// {"version":3,"since":1,"author":"Ann","time":"...","length":5,"text":"hello",
//  "removed":{"version":9,"author":"Bob","time":"..."}}
// Without "removed" if the text is still there.
[[nodiscard]] std::string span_json(const history::BlameSpan& span);
// {"version":12,"time":"...","spans":[...],"next":20000}
[[nodiscard]] std::string blame_json(const history::BlamePage& page);
// The most bytes that it may have.
[[nodiscard]] std::size_t blame_json_bytes(const history::BlamePage& page);
// {"first":3,"last":40,"began":"...","ended":"...","author":"Ann","inserted":120,"erased":4,
//  "created":true,"deleted":true}
// Without "created" and "deleted" if they are false.
[[nodiscard]] std::string group_json(const history::VersionGroup& group);
// {"groups":[...],"next":41}
[[nodiscard]] std::string groups_json(const history::GroupPage& page);
// {"collection":"docs","id":"notes","from":{"version":1,"time":"..."},"to":{...},"hunks":[
//  {"from":1,"from_lines":2,"to":1,"to_lines":2,"lines":[" same\n","-old\n","+new"]}]}
// "from" and "to" of a document that was not there are null. Only "\n" ends a line.
[[nodiscard]] std::string difference_json(const history::Difference& difference);

// The way back. Both fail with kErrReplyInvalid.
[[nodiscard]] Result<history::BlamePage> parse_blame(std::string_view json);
[[nodiscard]] Result<history::GroupPage> parse_groups(std::string_view json);

}  // namespace cowrite::http
