/* N readers and two writers; the first reader takes the lock of the writers, the last gives it back. */
byte mutex = 0, writing = 0;
short readers = 0, data = 0;
proctype reader() {
  short t, seen;
  atomic { mutex == 0 -> mutex = 1 }
  t = readers; readers = t + 1;
  if :: readers == 1 -> atomic { writing == 0 -> writing = 1 } :: else fi;
  mutex = 0;
  seen = data;
  assert(seen % 2 == 0);
  atomic { mutex == 0 -> mutex = 1 }
  t = readers; readers = t - 1;
  if :: readers == 0 -> writing = 0 :: else fi;
  mutex = 0
}
proctype writer() {
  short t;
  atomic { writing == 0 -> writing = 1 }
  t = data; data = t + 1;
  t = data; data = t + 1;
  writing = 0
}
init { atomic { byte i = 0; do :: i < N -> run reader(); i++ :: else -> break od; run writer(); run writer() } }
