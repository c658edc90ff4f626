#include "storage/await.h"

#include <gtest/gtest.h>

#include <thread>

namespace cowrite::storage {
namespace {

TEST(Await, ReturnsWhatIsAnsweredOnAnotherThread) {
  std::thread thread;
  const std::optional<int> answer = await<int>(
      [&](auto done) { thread = std::thread([done] { done(42); }); }, [] { return true; });
  thread.join();
  EXPECT_EQ(answer, 42);
}

TEST(Await, GivesUpWhenItIsToldAndALaterAnswerHurtsNobody) {
  std::function<void(int)> later;
  int asked = 0;
  EXPECT_EQ(await<int>([&](auto done) { later = done; }, [&] { return ++asked < 2; }),
            std::nullopt);
  EXPECT_EQ(asked, 2);
  later(42);
}

}  // namespace
}  // namespace cowrite::storage
