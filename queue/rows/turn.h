// How an engine writes: a store has one turn to write, and whoever has it runs one
// transaction.  Turns are given by the store itself, to all its processes: so what a
// transaction read stands until it commits, ids grow in the order of commits, and who
// reads history by id misses nothing.
#pragma once

#include "queue/base/status.h"
#include "queue/rows/connection.h"

namespace utboks::rows {

class Turn {
 public:
  virtual ~Turn() = default;
  // Waits for the turn, within a limit of the engine's, and begins a transaction.  When it
  // fails nothing is held: kBusy, try again.
  virtual Status Begin() = 0;
  // Of the transaction that has begun.
  virtual Connection& db() = 0;
  // False when something has ended it already; End is still to be called.
  virtual bool Stands() = 0;
  // Commits, or takes all back, and gives the turn away.  Ok: it is durable.  Not ok:
  // nothing of it stands.
  virtual Status End(bool commit) = 0;
  // Nobody writes any more: closes what it has open, with the turn if it can get it.
  virtual void Close() = 0;
};

}  // namespace utboks::rows
