/* A reusable barrier of semaphores for N, two rounds. */
byte mutex = 0, enter = 0, leave = 1;
short count = 0;
proctype work() {
  byte k = 0; short t;
  do
  :: k < 2 ->
     atomic { mutex == 0 -> mutex = 1 }
     t = count; count = t + 1;
     if :: count == N -> atomic { leave > 0 -> leave-- } enter++ :: else fi;
     mutex = 0;
     atomic { enter > 0 -> enter-- }
     enter++;
     atomic { mutex == 0 -> mutex = 1 }
     t = count; count = t - 1;
     if :: count == 0 -> atomic { enter > 0 -> enter-- } leave++ :: else fi;
     mutex = 0;
     atomic { leave > 0 -> leave-- }
     leave++;
     k++
  :: else -> break
  od
}
init { atomic { byte i = 0; do :: i < N -> run work(); i++ :: else -> break od } }
