/* Two producers of N items each, one consumer, two places; the mutex before the semaphores. */
byte vacant = 2, filled = 0, mutex = 0;
short count = 0;
proctype produce() {
  byte k = 0; short t;
  do
  :: k < N ->
     atomic { mutex == 0 -> mutex = 1 }
     atomic { vacant > 0 -> vacant-- }
     t = count; count = t + 1;
     assert(count <= 2);
     mutex = 0;
     filled++;
     k++
  :: else -> break
  od
}
proctype consume() {
  byte k = 0; short t;
  do
  :: k < 2 * N ->
     atomic { mutex == 0 -> mutex = 1 }
     atomic { filled > 0 -> filled-- }
     t = count; count = t - 1;
     assert(count >= 0);
     mutex = 0;
     vacant++;
     k++
  :: else -> break
  od
}
init { atomic { run produce(); run produce(); run consume() } }
