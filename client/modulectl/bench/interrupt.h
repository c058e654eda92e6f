// Ctrl-C as a question that can be asked: a measurement that is broken off still says what it has measured.
#pragma once

namespace moduled::modulectl::bench {

// From now on SIGINT and SIGTERM are noted, and end nothing by themselves.
void NoteInterrupts();

// Whether there was one.
bool Interrupted();

}  // namespace moduled::modulectl::bench
