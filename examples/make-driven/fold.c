#include <stdio.h>

int main(void) {
	puts("folded");
	return 0;
}
