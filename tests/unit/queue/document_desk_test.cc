#include "queue/postgres/document_desk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <utility>

#include "tests/support/eventually.h"

namespace utboks::postgres {
namespace {

rows::Document Of(MessageSeq seq) {
  Payload payload;
  payload.document = SensitiveText(std::to_string(seq));
  return {seq, {}, std::move(payload), false};
}

// Answers each question once it has been let through, and remembers what was asked.
class Asked {
 public:
  Result<std::vector<rows::Document>> operator()(std::span<const MessageSeq> seqs) {
    EXPECT_EQ(at_once++, 0);
    questions.emplace_back(seqs.begin(), seqs.end());
    if (questions.size() == 1) {
      first_began.count_down();
      first_may_end.wait();
    }
    std::vector<rows::Document> documents;
    // In another order than asked for, and never number 13.
    for (auto seq = seqs.rbegin(); seq != seqs.rend(); ++seq) {
      if (*seq != 13) documents.push_back(Of(*seq));
    }
    --at_once;
    if (!failure.ok()) return failure;
    return documents;
  }

  std::latch first_began{1}, first_may_end{1};
  std::vector<std::vector<MessageSeq>> questions;  // one at a time
  std::atomic<int> at_once{0};
  Status failure;
};

class DocumentDeskTest : public ::testing::Test {
 protected:
  // Asks for 0, and while that question is under way for 1 to `others`.
  void AskFor(int others) {
    got_.assign(static_cast<std::size_t>(others) + 1, Status(Code::kInternal, "not asked"));
    const auto get = [this](std::size_t seq) {
      got_[seq] = desk_.Get(static_cast<MessageSeq>(seq));
    };
    std::vector<std::jthread> threads;
    threads.emplace_back(get, 0U);
    asked_.first_began.wait();
    for (std::size_t seq = 1; seq < got_.size(); ++seq) threads.emplace_back(get, seq);
    EXPECT_TRUE(
        testing::Eventually([&] { return desk_.waiting() == static_cast<std::size_t>(others); }));
    asked_.first_may_end.count_down();
  }

  Asked asked_;
  DocumentDesk desk_{[this](std::span<const MessageSeq> seqs) { return asked_(seqs); }};
  std::vector<Result<rows::Document>> got_;
};

TEST_F(DocumentDeskTest, WhoComesWhileAQuestionIsUnderWayIsInTheNext) {
  AskFor(10);
  ASSERT_EQ(asked_.questions.size(), 2U);
  EXPECT_EQ(asked_.questions[0], std::vector<MessageSeq>{0});
  EXPECT_EQ(asked_.questions[1].size(), 10U);
  for (std::size_t seq = 0; seq < got_.size(); ++seq) {
    ASSERT_TRUE(got_[seq].ok());
    EXPECT_EQ(got_[seq]->payload->document.reveal(), std::to_string(seq));
  }
}

TEST_F(DocumentDeskTest, NoQuestionIsLargerThanItsBound) {
  AskFor(2 * static_cast<int>(DocumentDesk::kMost) + 1);
  ASSERT_EQ(asked_.questions.size(), 4U);
  EXPECT_EQ(asked_.questions[1].size(), DocumentDesk::kMost);
  EXPECT_EQ(asked_.questions[2].size(), DocumentDesk::kMost);
  EXPECT_EQ(asked_.questions[3].size(), 1U);
  EXPECT_TRUE(std::all_of(got_.begin(), got_.end(),
                          [&](const auto& one) { return one.ok() == (&one != &got_[13]); }));
}

TEST_F(DocumentDeskTest, WhatIsNotThereIsMissedByWhoAskedForItAlone) {
  AskFor(20);
  for (std::size_t seq = 0; seq < got_.size(); ++seq) {
    EXPECT_EQ(got_[seq].code(), seq == 13 ? Code::kNotFound : Code::kOk) << seq;
  }
}

TEST_F(DocumentDeskTest, AFailedQuestionIsTheFailureOfAllInIt) {
  asked_.failure = Status(Code::kBusy, "the server is away");
  AskFor(3);
  for (const auto& one : got_) EXPECT_EQ(one.code(), Code::kBusy);
  // And of nobody after them.
  asked_.failure = Status();
  EXPECT_TRUE(desk_.Get(7).ok());
}

}  // namespace
}  // namespace utboks::postgres
