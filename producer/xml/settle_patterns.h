// Xerces makes the character tables of a pattern when a value is first matched, without
// a lock: of two threads, one can look into a half-made table and refuse what is right,
// or both make it, which ends the process (Xerces-C 3.2, RangeToken::createMap).  Only
// producer/xml includes this header.
#pragma once

#include "producer/xml/xerces.h"

namespace utboks::xml {

// Makes those of every simple type that `grammar` has or builds on.  Types and character
// classes of the language itself are shared by all grammars: one thread at a time, and
// none that loads a grammar meanwhile.
void SettlePatterns(xerces::SchemaGrammar& grammar);

}  // namespace utboks::xml
