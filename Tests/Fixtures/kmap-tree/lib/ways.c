static void *of_the_file;

static void wrapped(struct page *page, struct sender *sender)
{
	void *data =
		kmap(page);

	sender->data = data;
	kunmap(page);
}

static int out_parameter(struct page *page, void **out)
{
	*out = kmap(page);
	if (!*out)
		kunmap(page);
	return 0;
}

static void both(struct page *to, struct page *from)
{
	char *a = kmap(to), *b = kmap(from);

	memcpy(a, b, PAGE_SIZE);
	kunmap(from); kunmap(to);
}

static void other_name(struct page *page, struct sender *sender)
{
	char *a, *b;

	a = kmap(page); b = a + 4;
	sender->data = b;
	kunmap(page);
}

static void at_once(struct page *page, struct sender *sender)
{
	char *a;

	sender->data = a = kmap(page);
	kunmap(page);
}

static u8 argument(struct page *page, struct sender *sender)
{
	u8 *data;

	sender->sum = crc32(0, kmap(page), PAGE_SIZE);
	kunmap(page);
	data = kmap(page);
	sender->first = data[0];
	sender->isMapped = data != NULL;
	kunmap(page);
	return data[1];
}

static void longer_than_the_call(struct page *page, bool keep)
{
	static void *kept;

	if (keep)
		kept = kmap(page);
	else
		of_the_file =
			(void *)kmap(page);
	queue_work(work,
		   kmap(page));
	kunmap(page);
}

static void later_to_caller(struct page *page, void **out)
{
	void *data;

	data = kmap(page);
	if (data) *out = data;
	kunmap(page);
}
