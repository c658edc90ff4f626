#include "storage/document_name.h"

#include <gtest/gtest.h>

#include <string>

namespace cowrite::storage {
namespace {

TEST(DocumentName, IsWhatThePageCanServe) {
  for (const char* name : {"notes", "my notes", "...", "-x", "ls", "日本", "a\u00A0b", "a%2Fb"}) {
    EXPECT_FALSE(problem_of_page_name(name)) << name;
  }
  EXPECT_FALSE(problem_of_page_name(std::string(256, 'x')));
  for (const std::string& name :
       {std::string(), std::string(257, 'x'), std::string("."), std::string(".."),
        std::string("a/b"), std::string("a\0b", 3), std::string("a\n"), std::string("\u0085"),
        std::string("\x7f"), std::string("\xff")}) {
    EXPECT_TRUE(problem_of_page_name(name)) << name;
  }
}

TEST(DocumentName, InACollectionOfProgramsIsAnyId) {
  EXPECT_TRUE(problem_of_new_document({"docs", "a/b"}));
  EXPECT_FALSE(problem_of_new_document({"drafts", "a/b"}));
  EXPECT_TRUE(problem_of_new_document({"drafts", ""}));
  EXPECT_TRUE(problem_of_new_document({"", "notes"}));
}

}  // namespace
}  // namespace cowrite::storage
