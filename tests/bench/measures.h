// The measures, each in a file of its own.  Each adds its rows to the report.
#pragma once

#include "tests/bench/report.h"
#include "tests/bench/scale.h"

namespace utboks::bench {

void MeasureValidation(const Scale& scale, Report& report);
void MeasureContracts(const Scale& scale, Report& report);
void MeasureEnqueue(const Scale& scale, Report& report);
void MeasureStart(const Scale& scale, Report& report);
void MeasureDrain(const Scale& scale, Report& report);
void MeasureBacklog(const Scale& scale, Report& report);

// On PostgreSQL.
void MeasurePostgresEnqueue(const Scale& scale, Report& report);
void MeasurePostgresDrain(const Scale& scale, Report& report);
void MeasurePostgresBacklog(const Scale& scale, Report& report);
// By RabbitMQ.
void MeasureAmqp(const Scale& scale, Report& report);

void MeasurePace(const Scale& scale, Report& report);
void MeasureMemory(const Scale& scale, Report& report);

}  // namespace utboks::bench
