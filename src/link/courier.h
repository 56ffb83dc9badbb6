// A thread of the server for what goes out and waits for others: letters of the queue, forgotten passwords, directories whose people are taken over from time to time.
#pragma once
#include "access/org.h"

typedef struct Courier Courier;
Courier *courier_start(Org *org);
void courier_stop(Courier *courier);  // within the time that one letter takes; accepts NULL
void courier_wake(Org *org);          // after the commit that left something to do; without a courier nothing happens
