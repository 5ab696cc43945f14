// What a notice is, by its words alone: the feed says nothing else about it
// (facts: the register's notices 2018-2024 and how they are worded).  Pure.
//
// Where the words leave it open, the answer is the one that a person would rather see
// too often: it may concern producers, and it is not over.
#pragma once

#include <string_view>

#include "queue/notice.h"

namespace utboks {

struct Judgement {
  bool operating = false;  // else news, and the rest says nothing
  NoticeConcern concern = NoticeConcern::kNo;
  NoticeState state = NoticeState::kOpen;
  bool operator==(const Judgement&) const = default;
};

// `lines`: the description as PlainLines gives it.
Judgement JudgeNotice(std::string_view title, std::string_view lines);

}  // namespace utboks
