/* Made from include/tendon.h by `cargo xtask handles`. Do not edit. */

/* tendon_memory_info: out */
static void probe0(void *bad) {
    (void)bad;
    result = (int64_t)tendon_memory_info(NULL);
}

/* tendon_cancel_token_create: out */
static void probe1(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cancel_token_create(NULL);
}

/* tendon_cancel_token_cancel: token */
static void probe2(void *bad) {
    result = (int64_t)tendon_cancel_token_cancel((TendonCancelToken *)bad);
}

/* tendon_cancel_token_reset: token */
static void probe3(void *bad) {
    result = (int64_t)tendon_cancel_token_reset((TendonCancelToken *)bad);
}

/* tendon_cancel_token_is_cancelled: token */
static void probe4(void *bad) {
    bool out[4];
    mark(out, sizeof out);
    result = (int64_t)tendon_cancel_token_is_cancelled((const TendonCancelToken *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tendon_cancel_token_is_cancelled: out */
static void probe5(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cancel_token_is_cancelled(token, NULL);
}

/* tendon_cancel_token_release: token */
static void probe6(void *bad) {
    result = (int64_t)tendon_cancel_token_release((TendonCancelToken *)bad);
}

/* tendon_set_cancel_token: token */
static void probe7(void *bad) {
    result = (int64_t)tendon_set_cancel_token((const TendonCancelToken *)bad);
}

/* tendon_cuda_device_count: out */
static void probe8(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_device_count(NULL);
}

/* tendon_cuda_current_device: out */
static void probe9(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_current_device(NULL);
}

/* tendon_cuda_device_properties: out */
static void probe10(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_device_properties(1, NULL);
}

/* tendon_cuda_memory_info: free_bytes */
static void probe11(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_memory_info(1, NULL, (int64_t *)bytes);
}

/* tendon_cuda_memory_info: total_bytes */
static void probe12(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_memory_info(1, (int64_t *)bytes, NULL);
}

/* tendon_cuda_memory_stats: out */
static void probe13(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_memory_stats(1, NULL);
}

/* tendon_cuda_can_access_peer: out */
static void probe14(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_can_access_peer(1, 1, NULL);
}

/* tensor_pin_memory: x */
static void probe15(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_pin_memory((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_pin_memory: out */
static void probe16(void *bad) {
    (void)bad;
    result = (int64_t)tensor_pin_memory(matrix, NULL);
}

/* tensor_is_pinned: x */
static void probe17(void *bad) {
    bool out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_is_pinned((const Tensor *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tensor_is_pinned: out */
static void probe18(void *bad) {
    (void)bad;
    result = (int64_t)tensor_is_pinned(matrix, NULL);
}

/* tendon_cuda_stream_create: out */
static void probe19(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_stream_create(1, 1, NULL);
}

/* tendon_cuda_stream_from_native: out */
static void probe20(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_stream_from_native(1, bytes, NULL);
}

/* tendon_cuda_current_stream: out */
static void probe21(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_current_stream(1, NULL);
}

/* tendon_cuda_stream_release: stream */
static void probe22(void *bad) {
    result = (int64_t)tendon_cuda_stream_release((TendonCudaStream *)bad);
}

/* tendon_cuda_stream_native: stream */
static void probe23(void *bad) {
    void * out[1] = {marked};
    result = (int64_t)tendon_cuda_stream_native((const TendonCudaStream *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tendon_cuda_stream_native: out */
static void probe24(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_stream_native(cuda_stream, NULL);
}

/* tendon_cuda_stream_device: stream */
static void probe25(void *bad) {
    int32_t out[4];
    mark(out, sizeof out);
    result = (int64_t)tendon_cuda_stream_device((const TendonCudaStream *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tendon_cuda_stream_device: out */
static void probe26(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_stream_device(cuda_stream, NULL);
}

/* tendon_cuda_stream_begin: stream */
static void probe27(void *bad) {
    TendonCudaStreamScope * out[1] = {marked};
    result = (int64_t)tendon_cuda_stream_begin((const TendonCudaStream *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tendon_cuda_stream_begin: out */
static void probe28(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_stream_begin(cuda_stream, NULL);
}

/* tendon_cuda_stream_end: scope */
static void probe29(void *bad) {
    result = (int64_t)tendon_cuda_stream_end((TendonCudaStreamScope *)bad);
}

/* tendon_cuda_stream_synchronize: stream */
static void probe30(void *bad) {
    result = (int64_t)tendon_cuda_stream_synchronize((const TendonCudaStream *)bad);
}

/* tendon_cuda_stream_is_done: stream */
static void probe31(void *bad) {
    bool out[4];
    mark(out, sizeof out);
    result = (int64_t)tendon_cuda_stream_is_done((const TendonCudaStream *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tendon_cuda_stream_is_done: out */
static void probe32(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_stream_is_done(cuda_stream, NULL);
}

/* tendon_cuda_stream_wait_stream: stream */
static void probe33(void *bad) {
    result = (int64_t)tendon_cuda_stream_wait_stream((const TendonCudaStream *)bad, cuda_stream);
}

/* tendon_cuda_stream_wait_stream: other */
static void probe34(void *bad) {
    result = (int64_t)tendon_cuda_stream_wait_stream(cuda_stream, (const TendonCudaStream *)bad);
}

/* tendon_cuda_stream_wait_event: stream */
static void probe35(void *bad) {
    result = (int64_t)tendon_cuda_stream_wait_event((const TendonCudaStream *)bad, cuda_event);
}

/* tendon_cuda_stream_wait_event: event */
static void probe36(void *bad) {
    result = (int64_t)tendon_cuda_stream_wait_event(cuda_stream, (const TendonCudaEvent *)bad);
}

/* tendon_cuda_event_create: out */
static void probe37(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_event_create(1, true, NULL);
}

/* tendon_cuda_event_release: event */
static void probe38(void *bad) {
    result = (int64_t)tendon_cuda_event_release((TendonCudaEvent *)bad);
}

/* tendon_cuda_event_record: event */
static void probe39(void *bad) {
    result = (int64_t)tendon_cuda_event_record((const TendonCudaEvent *)bad, cuda_stream);
}

/* tendon_cuda_event_record: stream */
static void probe40(void *bad) {
    result = (int64_t)tendon_cuda_event_record(cuda_event, (const TendonCudaStream *)bad);
}

/* tendon_cuda_event_synchronize: event */
static void probe41(void *bad) {
    result = (int64_t)tendon_cuda_event_synchronize((const TendonCudaEvent *)bad);
}

/* tendon_cuda_event_is_done: event */
static void probe42(void *bad) {
    bool out[4];
    mark(out, sizeof out);
    result = (int64_t)tendon_cuda_event_is_done((const TendonCudaEvent *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tendon_cuda_event_is_done: out */
static void probe43(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_event_is_done(cuda_event, NULL);
}

/* tendon_cuda_event_elapsed: start */
static void probe44(void *bad) {
    float out[4];
    mark(out, sizeof out);
    result = (int64_t)tendon_cuda_event_elapsed((const TendonCudaEvent *)bad, cuda_event, out);
    must_be_marked(out, sizeof out);
}

/* tendon_cuda_event_elapsed: end */
static void probe45(void *bad) {
    float out[4];
    mark(out, sizeof out);
    result = (int64_t)tendon_cuda_event_elapsed(cuda_event, (const TendonCudaEvent *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tendon_cuda_event_elapsed: out */
static void probe46(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_event_elapsed(cuda_event, cuda_event, NULL);
}

/* tendon_cuda_event_native: event */
static void probe47(void *bad) {
    void * out[1] = {marked};
    result = (int64_t)tendon_cuda_event_native((const TendonCudaEvent *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tendon_cuda_event_native: out */
static void probe48(void *bad) {
    (void)bad;
    result = (int64_t)tendon_cuda_event_native(cuda_event, NULL);
}

/* tensor_from_host_buffer: data */
static void probe49(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_from_host_buffer(NULL, 16, TENSOR_DTYPE_F32, shape_of_four, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_from_host_buffer: shape */
static void probe50(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_from_host_buffer(bytes, 16, TENSOR_DTYPE_F32, NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_from_host_buffer: out */
static void probe51(void *bad) {
    (void)bad;
    result = (int64_t)tensor_from_host_buffer(bytes, 16, TENSOR_DTYPE_F32, shape_of_four, 1, NULL, NULL);
}

/* tensor_from_device_buffer: out */
static void probe52(void *bad) {
    (void)bad;
    result = (int64_t)tensor_from_device_buffer(bytes, 16, cpu, TENSOR_DTYPE_F32, shape_of_four, 1, NULL, NULL);
}

/* tensor_from_host_copy: data */
static void probe53(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_from_host_copy(NULL, 16, TENSOR_DTYPE_F32, shape_of_four, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_from_host_copy: shape */
static void probe54(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_from_host_copy(bytes, 16, TENSOR_DTYPE_F32, NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_from_host_copy: out */
static void probe55(void *bad) {
    (void)bad;
    result = (int64_t)tensor_from_host_copy(bytes, 16, TENSOR_DTYPE_F32, shape_of_four, 1, NULL, NULL);
}

/* tendon_release_queue_create: out */
static void probe56(void *bad) {
    (void)bad;
    result = (int64_t)tendon_release_queue_create(NULL);
}

/* tendon_release_queue_next: queue */
static void probe57(void *bad) {
    TendonPendingRelease out[4];
    mark(out, sizeof out);
    result = (int64_t)tendon_release_queue_next((const TendonReleaseQueue *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tendon_release_queue_next: out */
static void probe58(void *bad) {
    (void)bad;
    result = (int64_t)tendon_release_queue_next(NULL, NULL);
}

/* tendon_release_queue_count: queue */
static void probe59(void *bad) {
    result = (int64_t)tendon_release_queue_count((const TendonReleaseQueue *)bad);
}

/* tendon_release_queue_release: queue */
static void probe60(void *bad) {
    result = (int64_t)tendon_release_queue_release((TendonReleaseQueue *)bad);
}

/* tensor_empty: shape */
static void probe61(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_empty(NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_empty: out */
static void probe62(void *bad) {
    (void)bad;
    result = (int64_t)tensor_empty(shape_of_four, 1, NULL, NULL);
}

/* tensor_zeros: shape */
static void probe63(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_zeros(NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_zeros: out */
static void probe64(void *bad) {
    (void)bad;
    result = (int64_t)tensor_zeros(shape_of_four, 1, NULL, NULL);
}

/* tensor_ones: shape */
static void probe65(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_ones(NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_ones: out */
static void probe66(void *bad) {
    (void)bad;
    result = (int64_t)tensor_ones(shape_of_four, 1, NULL, NULL);
}

/* tensor_full: shape */
static void probe67(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_full(NULL, 1, one, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_full: out */
static void probe68(void *bad) {
    (void)bad;
    result = (int64_t)tensor_full(shape_of_four, 1, one, NULL, NULL);
}

/* tensor_scalar: out */
static void probe69(void *bad) {
    (void)bad;
    result = (int64_t)tensor_scalar(one, NULL, NULL);
}

/* tensor_arange: out */
static void probe70(void *bad) {
    (void)bad;
    result = (int64_t)tensor_arange(zero, one, one, NULL, NULL);
}

/* tensor_linspace: out */
static void probe71(void *bad) {
    (void)bad;
    result = (int64_t)tensor_linspace(1, 1, 1, NULL, NULL);
}

/* tensor_eye: out */
static void probe72(void *bad) {
    (void)bad;
    result = (int64_t)tensor_eye(1, 1, NULL, NULL);
}

/* tensor_rand: shape */
static void probe73(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_rand(NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_rand: out */
static void probe74(void *bad) {
    (void)bad;
    result = (int64_t)tensor_rand(shape_of_four, 1, NULL, NULL);
}

/* tensor_randn: shape */
static void probe75(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_randn(NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_randn: out */
static void probe76(void *bad) {
    (void)bad;
    result = (int64_t)tensor_randn(shape_of_four, 1, NULL, NULL);
}

/* tensor_randint: shape */
static void probe77(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_randint(0, 1, NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_randint: out */
static void probe78(void *bad) {
    (void)bad;
    result = (int64_t)tensor_randint(0, 1, shape_of_four, 1, NULL, NULL);
}

/* tensor_randperm: out */
static void probe79(void *bad) {
    (void)bad;
    result = (int64_t)tensor_randperm(1, NULL, NULL);
}

/* tensor_empty_like: x */
static void probe80(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_empty_like((const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_empty_like: out */
static void probe81(void *bad) {
    (void)bad;
    result = (int64_t)tensor_empty_like(matrix, NULL, NULL);
}

/* tensor_zeros_like: x */
static void probe82(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_zeros_like((const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_zeros_like: out */
static void probe83(void *bad) {
    (void)bad;
    result = (int64_t)tensor_zeros_like(matrix, NULL, NULL);
}

/* tensor_ones_like: x */
static void probe84(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_ones_like((const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_ones_like: out */
static void probe85(void *bad) {
    (void)bad;
    result = (int64_t)tensor_ones_like(matrix, NULL, NULL);
}

/* tensor_rand_like: x */
static void probe86(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_rand_like((const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_rand_like: out */
static void probe87(void *bad) {
    (void)bad;
    result = (int64_t)tensor_rand_like(matrix, NULL, NULL);
}

/* tensor_randn_like: x */
static void probe88(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_randn_like((const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_randn_like: out */
static void probe89(void *bad) {
    (void)bad;
    result = (int64_t)tensor_randn_like(matrix, NULL, NULL);
}

/* tensor_full_like: x */
static void probe90(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_full_like((const Tensor *)bad, one, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_full_like: out */
static void probe91(void *bad) {
    (void)bad;
    result = (int64_t)tensor_full_like(matrix, one, NULL, NULL);
}

/* tensor_ndim: x */
static void probe92(void *bad) {
    result = (int64_t)tensor_ndim((const Tensor *)bad);
}

/* tensor_size: x */
static void probe93(void *bad) {
    result = (int64_t)tensor_size((const Tensor *)bad, 0);
}

/* tensor_stride: x */
static void probe94(void *bad) {
    result = (int64_t)tensor_stride((const Tensor *)bad, 0);
}

/* tensor_numel: x */
static void probe95(void *bad) {
    result = (int64_t)tensor_numel((const Tensor *)bad);
}

/* tensor_nbytes: x */
static void probe96(void *bad) {
    result = (int64_t)tensor_nbytes((const Tensor *)bad);
}

/* tensor_storage_offset: x */
static void probe97(void *bad) {
    result = (int64_t)tensor_storage_offset((const Tensor *)bad);
}

/* tensor_shape: x */
static void probe98(void *bad) {
    int64_t out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_shape((const Tensor *)bad, out, 4);
    must_be_marked(out, sizeof out);
}

/* tensor_shape: out */
static void probe99(void *bad) {
    (void)bad;
    result = (int64_t)tensor_shape(matrix, NULL, 4);
}

/* tensor_strides: x */
static void probe100(void *bad) {
    int64_t out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_strides((const Tensor *)bad, out, 4);
    must_be_marked(out, sizeof out);
}

/* tensor_strides: out */
static void probe101(void *bad) {
    (void)bad;
    result = (int64_t)tensor_strides(matrix, NULL, 4);
}

/* tensor_dtype: x */
static void probe102(void *bad) {
    result = (int64_t)tensor_dtype((const Tensor *)bad);
}

/* tensor_device: x */
static void probe103(void *bad) {
    TensorDevice out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_device((const Tensor *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tensor_device: out */
static void probe104(void *bad) {
    (void)bad;
    result = (int64_t)tensor_device(matrix, NULL);
}

/* tensor_is_contiguous: x */
static void probe105(void *bad) {
    result = (int64_t)tensor_is_contiguous((const Tensor *)bad);
}

/* tensor_is_leaf: x */
static void probe106(void *bad) {
    result = (int64_t)tensor_is_leaf((const Tensor *)bad);
}

/* tensor_requires_grad: x */
static void probe107(void *bad) {
    result = (int64_t)tensor_requires_grad((const Tensor *)bad);
}

/* tensor_is_view: x */
static void probe108(void *bad) {
    result = (int64_t)tensor_is_view((const Tensor *)bad);
}

/* tensor_is_read_only: x */
static void probe109(void *bad) {
    result = (int64_t)tensor_is_read_only((const Tensor *)bad);
}

/* tensor_is_inference: x */
static void probe110(void *bad) {
    result = (int64_t)tensor_is_inference((const Tensor *)bad);
}

/* tensor_is_same: a */
static void probe111(void *bad) {
    result = (int64_t)tensor_is_same((const Tensor *)bad, matrix);
}

/* tensor_is_same: b */
static void probe112(void *bad) {
    result = (int64_t)tensor_is_same(matrix, (const Tensor *)bad);
}

/* tensor_shares_memory: a */
static void probe113(void *bad) {
    result = (int64_t)tensor_shares_memory((const Tensor *)bad, matrix);
}

/* tensor_shares_memory: b */
static void probe114(void *bad) {
    result = (int64_t)tensor_shares_memory(matrix, (const Tensor *)bad);
}

/* tensor_version: x */
static void probe115(void *bad) {
    result = (int64_t)tensor_version((const Tensor *)bad);
}

/* tensor_promote_types: out */
static void probe116(void *bad) {
    (void)bad;
    result = (int64_t)tensor_promote_types(TENSOR_DTYPE_F32, TENSOR_DTYPE_F32, NULL);
}

/* tensor_result_type: tensors[0] */
static void probe117(void *bad) {
    const Tensor *const list[1] = {bad};
    TensorDType out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_result_type(list, 1, out);
    must_be_marked(out, sizeof out);
}

/* tensor_result_type: tensors */
static void probe118(void *bad) {
    (void)bad;
    TensorDType out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_result_type(NULL, 1, out);
    must_be_marked(out, sizeof out);
}

/* tensor_result_type: out */
static void probe119(void *bad) {
    (void)bad;
    result = (int64_t)tensor_result_type(list_of_one, 1, NULL);
}

/* tensor_to_string: x */
static void probe120(void *bad) {
    result = (int64_t)tensor_to_string((const Tensor *)bad, NULL, (char *)bytes, sizeof bytes, NULL);
}

/* tensor_to_string: buffer */
static void probe121(void *bad) {
    (void)bad;
    result = (int64_t)tensor_to_string(matrix, NULL, NULL, sizeof bytes, NULL);
}

/* tensor_to_cpu: x */
static void probe122(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_to_cpu((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_to_cpu: out */
static void probe123(void *bad) {
    (void)bad;
    result = (int64_t)tensor_to_cpu(matrix, NULL);
}

/* tensor_cuda_data: x */
static void probe124(void *bad) {
    const void * out[1] = {marked};
    result = (int64_t)tensor_cuda_data((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_cuda_data: out */
static void probe125(void *bad) {
    (void)bad;
    result = (int64_t)tensor_cuda_data(matrix, NULL);
}

/* tensor_cuda_data_mut: x */
static void probe126(void *bad) {
    void * out[1] = {marked};
    result = (int64_t)tensor_cuda_data_mut((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_cuda_data_mut: out */
static void probe127(void *bad) {
    (void)bad;
    result = (int64_t)tensor_cuda_data_mut(matrix, NULL);
}

/* tensor_data: x */
static void probe128(void *bad) {
    const void * out[1] = {marked};
    result = (int64_t)tensor_data((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data: out */
static void probe129(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data(matrix, NULL);
}

/* tensor_data_mut: x */
static void probe130(void *bad) {
    void * out[1] = {marked};
    result = (int64_t)tensor_data_mut((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut: out */
static void probe131(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut(matrix, NULL);
}

/* tensor_data_strided: x */
static void probe132(void *bad) {
    const void * out[1] = {marked};
    result = (int64_t)tensor_data_strided((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_strided: out */
static void probe133(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_strided(matrix, NULL);
}

/* tensor_data_mut_strided: x */
static void probe134(void *bad) {
    void * out[1] = {marked};
    result = (int64_t)tensor_data_mut_strided((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_strided: out */
static void probe135(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_strided(matrix, NULL);
}

/* tensor_copy_to_host: x */
static void probe136(void *bad) {
    result = (int64_t)tensor_copy_to_host((const Tensor *)bad, bytes, 16);
}

/* tensor_copy_to_host: buffer */
static void probe137(void *bad) {
    (void)bad;
    result = (int64_t)tensor_copy_to_host(matrix, NULL, 16);
}

/* tensor_item: x */
static void probe138(void *bad) {
    TensorScalar out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_item((const Tensor *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tensor_item: out */
static void probe139(void *bad) {
    (void)bad;
    result = (int64_t)tensor_item(matrix, NULL);
}

/* tensor_item_f64: x */
static void probe140(void *bad) {
    double out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_item_f64((const Tensor *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tensor_item_f64: out */
static void probe141(void *bad) {
    (void)bad;
    result = (int64_t)tensor_item_f64(matrix, NULL);
}

/* tensor_item_i64: x */
static void probe142(void *bad) {
    int64_t out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_item_i64((const Tensor *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tensor_item_i64: out */
static void probe143(void *bad) {
    (void)bad;
    result = (int64_t)tensor_item_i64(matrix, NULL);
}

/* tensor_item_bool: x */
static void probe144(void *bad) {
    bool out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_item_bool((const Tensor *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tensor_item_bool: out */
static void probe145(void *bad) {
    (void)bad;
    result = (int64_t)tensor_item_bool(matrix, NULL);
}

/* tensor_data_bool: x */
static void probe146(void *bad) {
    const bool * out[1] = {marked};
    result = (int64_t)tensor_data_bool((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_bool: out */
static void probe147(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_bool(matrix, NULL);
}

/* tensor_data_u8: x */
static void probe148(void *bad) {
    const uint8_t * out[1] = {marked};
    result = (int64_t)tensor_data_u8((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_u8: out */
static void probe149(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_u8(matrix, NULL);
}

/* tensor_data_u16: x */
static void probe150(void *bad) {
    const uint16_t * out[1] = {marked};
    result = (int64_t)tensor_data_u16((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_u16: out */
static void probe151(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_u16(matrix, NULL);
}

/* tensor_data_u32: x */
static void probe152(void *bad) {
    const uint32_t * out[1] = {marked};
    result = (int64_t)tensor_data_u32((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_u32: out */
static void probe153(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_u32(matrix, NULL);
}

/* tensor_data_u64: x */
static void probe154(void *bad) {
    const uint64_t * out[1] = {marked};
    result = (int64_t)tensor_data_u64((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_u64: out */
static void probe155(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_u64(matrix, NULL);
}

/* tensor_data_i8: x */
static void probe156(void *bad) {
    const int8_t * out[1] = {marked};
    result = (int64_t)tensor_data_i8((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_i8: out */
static void probe157(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_i8(matrix, NULL);
}

/* tensor_data_i16: x */
static void probe158(void *bad) {
    const int16_t * out[1] = {marked};
    result = (int64_t)tensor_data_i16((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_i16: out */
static void probe159(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_i16(matrix, NULL);
}

/* tensor_data_i32: x */
static void probe160(void *bad) {
    const int32_t * out[1] = {marked};
    result = (int64_t)tensor_data_i32((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_i32: out */
static void probe161(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_i32(matrix, NULL);
}

/* tensor_data_i64: x */
static void probe162(void *bad) {
    const int64_t * out[1] = {marked};
    result = (int64_t)tensor_data_i64((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_i64: out */
static void probe163(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_i64(matrix, NULL);
}

/* tensor_data_f16: x */
static void probe164(void *bad) {
    const uint16_t * out[1] = {marked};
    result = (int64_t)tensor_data_f16((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_f16: out */
static void probe165(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_f16(matrix, NULL);
}

/* tensor_data_bf16: x */
static void probe166(void *bad) {
    const uint16_t * out[1] = {marked};
    result = (int64_t)tensor_data_bf16((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_bf16: out */
static void probe167(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_bf16(matrix, NULL);
}

/* tensor_data_f32: x */
static void probe168(void *bad) {
    const float * out[1] = {marked};
    result = (int64_t)tensor_data_f32((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_f32: out */
static void probe169(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_f32(matrix, NULL);
}

/* tensor_data_f64: x */
static void probe170(void *bad) {
    const double * out[1] = {marked};
    result = (int64_t)tensor_data_f64((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_f64: out */
static void probe171(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_f64(matrix, NULL);
}

/* tensor_data_mut_bool: x */
static void probe172(void *bad) {
    bool * out[1] = {marked};
    result = (int64_t)tensor_data_mut_bool((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_bool: out */
static void probe173(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_bool(matrix, NULL);
}

/* tensor_data_mut_u8: x */
static void probe174(void *bad) {
    uint8_t * out[1] = {marked};
    result = (int64_t)tensor_data_mut_u8((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_u8: out */
static void probe175(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_u8(matrix, NULL);
}

/* tensor_data_mut_u16: x */
static void probe176(void *bad) {
    uint16_t * out[1] = {marked};
    result = (int64_t)tensor_data_mut_u16((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_u16: out */
static void probe177(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_u16(matrix, NULL);
}

/* tensor_data_mut_u32: x */
static void probe178(void *bad) {
    uint32_t * out[1] = {marked};
    result = (int64_t)tensor_data_mut_u32((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_u32: out */
static void probe179(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_u32(matrix, NULL);
}

/* tensor_data_mut_u64: x */
static void probe180(void *bad) {
    uint64_t * out[1] = {marked};
    result = (int64_t)tensor_data_mut_u64((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_u64: out */
static void probe181(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_u64(matrix, NULL);
}

/* tensor_data_mut_i8: x */
static void probe182(void *bad) {
    int8_t * out[1] = {marked};
    result = (int64_t)tensor_data_mut_i8((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_i8: out */
static void probe183(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_i8(matrix, NULL);
}

/* tensor_data_mut_i16: x */
static void probe184(void *bad) {
    int16_t * out[1] = {marked};
    result = (int64_t)tensor_data_mut_i16((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_i16: out */
static void probe185(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_i16(matrix, NULL);
}

/* tensor_data_mut_i32: x */
static void probe186(void *bad) {
    int32_t * out[1] = {marked};
    result = (int64_t)tensor_data_mut_i32((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_i32: out */
static void probe187(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_i32(matrix, NULL);
}

/* tensor_data_mut_i64: x */
static void probe188(void *bad) {
    int64_t * out[1] = {marked};
    result = (int64_t)tensor_data_mut_i64((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_i64: out */
static void probe189(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_i64(matrix, NULL);
}

/* tensor_data_mut_f16: x */
static void probe190(void *bad) {
    uint16_t * out[1] = {marked};
    result = (int64_t)tensor_data_mut_f16((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_f16: out */
static void probe191(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_f16(matrix, NULL);
}

/* tensor_data_mut_bf16: x */
static void probe192(void *bad) {
    uint16_t * out[1] = {marked};
    result = (int64_t)tensor_data_mut_bf16((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_bf16: out */
static void probe193(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_bf16(matrix, NULL);
}

/* tensor_data_mut_f32: x */
static void probe194(void *bad) {
    float * out[1] = {marked};
    result = (int64_t)tensor_data_mut_f32((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_f32: out */
static void probe195(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_f32(matrix, NULL);
}

/* tensor_data_mut_f64: x */
static void probe196(void *bad) {
    double * out[1] = {marked};
    result = (int64_t)tensor_data_mut_f64((Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_data_mut_f64: out */
static void probe197(void *bad) {
    (void)bad;
    result = (int64_t)tensor_data_mut_f64(matrix, NULL);
}

/* tensor_to_dlpack: x */
static void probe198(void *bad) {
    struct DLManagedTensor * out[1] = {marked};
    result = (int64_t)tensor_to_dlpack((const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_to_dlpack: out */
static void probe199(void *bad) {
    (void)bad;
    result = (int64_t)tensor_to_dlpack(matrix, NULL, NULL);
}

/* tensor_to_dlpack_versioned: x */
static void probe200(void *bad) {
    struct DLManagedTensorVersioned * out[1] = {marked};
    result = (int64_t)tensor_to_dlpack_versioned((const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_to_dlpack_versioned: out */
static void probe201(void *bad) {
    (void)bad;
    result = (int64_t)tensor_to_dlpack_versioned(matrix, NULL, NULL);
}

/* tensor_from_dlpack: managed */
static void probe202(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_from_dlpack(NULL, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_from_dlpack: out */
static void probe203(void *bad) {
    (void)bad;
    result = (int64_t)tensor_from_dlpack(NULL, NULL, NULL);
}

/* tensor_from_dlpack_versioned: managed */
static void probe204(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_from_dlpack_versioned(NULL, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_from_dlpack_versioned: out */
static void probe205(void *bad) {
    (void)bad;
    result = (int64_t)tensor_from_dlpack_versioned(NULL, NULL, NULL);
}

/* tensor_to_device: x */
static void probe206(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_to_device((const Tensor *)bad, cpu, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_to_device: out */
static void probe207(void *bad) {
    (void)bad;
    result = (int64_t)tensor_to_device(matrix, cpu, NULL, NULL);
}

/* tensor_to_dtype: x */
static void probe208(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_to_dtype((const Tensor *)bad, TENSOR_DTYPE_F32, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_to_dtype: out */
static void probe209(void *bad) {
    (void)bad;
    result = (int64_t)tensor_to_dtype(matrix, TENSOR_DTYPE_F32, NULL, NULL);
}

/* tensor_contiguous: x */
static void probe210(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_contiguous((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_contiguous: out */
static void probe211(void *bad) {
    (void)bad;
    result = (int64_t)tensor_contiguous(matrix, NULL);
}

/* tensor_clone: x */
static void probe212(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_clone((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_clone: out */
static void probe213(void *bad) {
    (void)bad;
    result = (int64_t)tensor_clone(matrix, NULL);
}

/* tensor_retain: x */
static void probe214(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_retain((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_retain: out */
static void probe215(void *bad) {
    (void)bad;
    result = (int64_t)tensor_retain(matrix, NULL);
}

/* tensor_release: x */
static void probe216(void *bad) {
    result = (int64_t)tensor_release((Tensor *)bad);
}

/* tensor_scope_begin: out */
static void probe217(void *bad) {
    (void)bad;
    result = (int64_t)tensor_scope_begin(NULL);
}

/* tensor_scope_keep: scope */
static void probe218(void *bad) {
    result = (int64_t)tensor_scope_keep((TensorScope *)bad, matrix);
}

/* tensor_scope_keep: x */
static void probe219(void *bad) {
    result = (int64_t)tensor_scope_keep(scope, (const Tensor *)bad);
}

/* tensor_scope_end: scope */
static void probe220(void *bad) {
    result = (int64_t)tensor_scope_end((TensorScope *)bad);
}

/* tensor_set_requires_grad: x */
static void probe221(void *bad) {
    result = (int64_t)tensor_set_requires_grad((Tensor *)bad, true);
}

/* tensor_backward: loss */
static void probe222(void *bad) {
    result = (int64_t)tensor_backward((Tensor *)bad, NULL);
}

/* tensor_backward: options.gradient */
static void probe223(void *bad) {
    const TensorBackwardOptions options = {.struct_size = sizeof options, .gradient = bad};
    result = (int64_t)tensor_backward(matrix, &options);
}

/* tensor_grad: x */
static void probe224(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_grad((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_grad: out */
static void probe225(void *bad) {
    (void)bad;
    result = (int64_t)tensor_grad(matrix, NULL);
}

/* tensor_set_grad: x */
static void probe226(void *bad) {
    result = (int64_t)tensor_set_grad((Tensor *)bad, matrix);
}

/* tensor_set_grad: grad */
static void probe227(void *bad) {
    result = (int64_t)tensor_set_grad(matrix, (const Tensor *)bad);
}

/* tensor_zero_grad: x */
static void probe228(void *bad) {
    result = (int64_t)tensor_zero_grad((Tensor *)bad);
}

/* tensor_grad_of: output */
static void probe229(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_grad_of((const Tensor *)bad, list_of_one, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_grad_of: inputs[0] */
static void probe230(void *bad) {
    const Tensor *const list[1] = {bad};
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_grad_of(matrix, list, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_grad_of: inputs */
static void probe231(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_grad_of(matrix, NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_grad_of: options.gradient */
static void probe232(void *bad) {
    const TensorGradOptions options = {.struct_size = sizeof options, .gradient = bad};
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_grad_of(matrix, list_of_one, 1, &options, out);
    must_be_null((const void *)out[0]);
}

/* tensor_grad_of: out */
static void probe233(void *bad) {
    (void)bad;
    result = (int64_t)tensor_grad_of(matrix, list_of_one, 1, NULL, NULL);
}

/* tensor_detach: x */
static void probe234(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_detach((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_detach: out */
static void probe235(void *bad) {
    (void)bad;
    result = (int64_t)tensor_detach(matrix, NULL);
}

/* tensor_no_grad_begin: out */
static void probe236(void *bad) {
    (void)bad;
    result = (int64_t)tensor_no_grad_begin(NULL);
}

/* tensor_inference_mode_begin: out */
static void probe237(void *bad) {
    (void)bad;
    result = (int64_t)tensor_inference_mode_begin(NULL);
}

/* tensor_enable_grad_begin: out */
static void probe238(void *bad) {
    (void)bad;
    result = (int64_t)tensor_enable_grad_begin(NULL);
}

/* tensor_mode_end: mode */
static void probe239(void *bad) {
    result = (int64_t)tensor_mode_end((TensorMode *)bad);
}

/* tensor_reshape: x */
static void probe240(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_reshape((const Tensor *)bad, shape_of_four, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_reshape: shape */
static void probe241(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_reshape(matrix, NULL, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_reshape: out */
static void probe242(void *bad) {
    (void)bad;
    result = (int64_t)tensor_reshape(matrix, shape_of_four, 1, NULL);
}

/* tensor_view: x */
static void probe243(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_view((const Tensor *)bad, shape_of_four, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_view: shape */
static void probe244(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_view(matrix, NULL, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_view: out */
static void probe245(void *bad) {
    (void)bad;
    result = (int64_t)tensor_view(matrix, shape_of_four, 1, NULL);
}

/* tensor_expand: x */
static void probe246(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_expand((const Tensor *)bad, shape_of_four, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_expand: shape */
static void probe247(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_expand(matrix, NULL, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_expand: out */
static void probe248(void *bad) {
    (void)bad;
    result = (int64_t)tensor_expand(matrix, shape_of_four, 1, NULL);
}

/* tensor_flatten: x */
static void probe249(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_flatten((const Tensor *)bad, 0, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_flatten: out */
static void probe250(void *bad) {
    (void)bad;
    result = (int64_t)tensor_flatten(matrix, 0, 1, NULL);
}

/* tensor_transpose: x */
static void probe251(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_transpose((const Tensor *)bad, 0, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_transpose: out */
static void probe252(void *bad) {
    (void)bad;
    result = (int64_t)tensor_transpose(matrix, 0, 1, NULL);
}

/* tensor_permute: x */
static void probe253(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_permute((const Tensor *)bad, dim_zero, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_permute: dims */
static void probe254(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_permute(matrix, NULL, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_permute: out */
static void probe255(void *bad) {
    (void)bad;
    result = (int64_t)tensor_permute(matrix, dim_zero, 1, NULL);
}

/* tensor_squeeze: x */
static void probe256(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_squeeze((const Tensor *)bad, dim_zero, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_squeeze: out */
static void probe257(void *bad) {
    (void)bad;
    result = (int64_t)tensor_squeeze(matrix, dim_zero, 1, NULL);
}

/* tensor_unsqueeze: x */
static void probe258(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_unsqueeze((const Tensor *)bad, 0, out);
    must_be_null((const void *)out[0]);
}

/* tensor_unsqueeze: out */
static void probe259(void *bad) {
    (void)bad;
    result = (int64_t)tensor_unsqueeze(matrix, 0, NULL);
}

/* tensor_select: x */
static void probe260(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_select((const Tensor *)bad, 0, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_select: out */
static void probe261(void *bad) {
    (void)bad;
    result = (int64_t)tensor_select(matrix, 0, 1, NULL);
}

/* tensor_slice: x */
static void probe262(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_slice((const Tensor *)bad, 0, 0, 1, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_slice: out */
static void probe263(void *bad) {
    (void)bad;
    result = (int64_t)tensor_slice(matrix, 0, 0, 1, 1, NULL);
}

/* tensor_narrow: x */
static void probe264(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_narrow((const Tensor *)bad, 0, 0, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_narrow: out */
static void probe265(void *bad) {
    (void)bad;
    result = (int64_t)tensor_narrow(matrix, 0, 0, 1, NULL);
}

/* tensor_split: x */
static void probe266(void *bad) {
    Tensor * out[4] = {marked};
    size_t count[4];
    mark(count, sizeof count);
    result = (int64_t)tensor_split((const Tensor *)bad, 1, 0, out, 4, count);
    must_be_null((const void *)out[0]);
}

/* tensor_split: out */
static void probe267(void *bad) {
    (void)bad;
    size_t count[4];
    mark(count, sizeof count);
    result = (int64_t)tensor_split(matrix, 1, 0, NULL, 4, count);
}

/* tensor_split: count */
static void probe268(void *bad) {
    (void)bad;
    Tensor * out[4] = {marked};
    result = (int64_t)tensor_split(matrix, 1, 0, out, 4, NULL);
    must_be_null((const void *)out[0]);
}

/* tensor_chunk: x */
static void probe269(void *bad) {
    Tensor * out[4] = {marked};
    size_t count[4];
    mark(count, sizeof count);
    result = (int64_t)tensor_chunk((const Tensor *)bad, 1, 0, out, 4, count);
    must_be_null((const void *)out[0]);
}

/* tensor_chunk: out */
static void probe270(void *bad) {
    (void)bad;
    size_t count[4];
    mark(count, sizeof count);
    result = (int64_t)tensor_chunk(matrix, 1, 0, NULL, 4, count);
}

/* tensor_chunk: count */
static void probe271(void *bad) {
    (void)bad;
    Tensor * out[4] = {marked};
    result = (int64_t)tensor_chunk(matrix, 1, 0, out, 4, NULL);
    must_be_null((const void *)out[0]);
}

/* tensor_cat: tensors[0] */
static void probe272(void *bad) {
    const Tensor *const list[1] = {bad};
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_cat(list, 1, 0, out);
    must_be_null((const void *)out[0]);
}

/* tensor_cat: tensors */
static void probe273(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_cat(NULL, 1, 0, out);
    must_be_null((const void *)out[0]);
}

/* tensor_cat: out */
static void probe274(void *bad) {
    (void)bad;
    result = (int64_t)tensor_cat(list_of_one, 1, 0, NULL);
}

/* tensor_stack: tensors[0] */
static void probe275(void *bad) {
    const Tensor *const list[1] = {bad};
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_stack(list, 1, 0, out);
    must_be_null((const void *)out[0]);
}

/* tensor_stack: tensors */
static void probe276(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_stack(NULL, 1, 0, out);
    must_be_null((const void *)out[0]);
}

/* tensor_stack: out */
static void probe277(void *bad) {
    (void)bad;
    result = (int64_t)tensor_stack(list_of_one, 1, 0, NULL);
}

/* tensor_add: a */
static void probe278(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_add((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_add: b */
static void probe279(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_add(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_add: out */
static void probe280(void *bad) {
    (void)bad;
    result = (int64_t)tensor_add(matrix, matrix, NULL);
}

/* tensor_sub: a */
static void probe281(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_sub((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_sub: b */
static void probe282(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_sub(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_sub: out */
static void probe283(void *bad) {
    (void)bad;
    result = (int64_t)tensor_sub(matrix, matrix, NULL);
}

/* tensor_mul: a */
static void probe284(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_mul((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_mul: b */
static void probe285(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_mul(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_mul: out */
static void probe286(void *bad) {
    (void)bad;
    result = (int64_t)tensor_mul(matrix, matrix, NULL);
}

/* tensor_div: a */
static void probe287(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_div((const Tensor *)bad, matrix, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_div: b */
static void probe288(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_div(matrix, (const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_div: out */
static void probe289(void *bad) {
    (void)bad;
    result = (int64_t)tensor_div(matrix, matrix, NULL, NULL);
}

/* tensor_pow: a */
static void probe290(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_pow((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_pow: b */
static void probe291(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_pow(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_pow: out */
static void probe292(void *bad) {
    (void)bad;
    result = (int64_t)tensor_pow(matrix, matrix, NULL);
}

/* tensor_maximum: a */
static void probe293(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_maximum((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_maximum: b */
static void probe294(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_maximum(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_maximum: out */
static void probe295(void *bad) {
    (void)bad;
    result = (int64_t)tensor_maximum(matrix, matrix, NULL);
}

/* tensor_minimum: a */
static void probe296(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_minimum((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_minimum: b */
static void probe297(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_minimum(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_minimum: out */
static void probe298(void *bad) {
    (void)bad;
    result = (int64_t)tensor_minimum(matrix, matrix, NULL);
}

/* tensor_add_scalar: a */
static void probe299(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_add_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_add_scalar: out */
static void probe300(void *bad) {
    (void)bad;
    result = (int64_t)tensor_add_scalar(matrix, one, NULL);
}

/* tensor_sub_scalar: a */
static void probe301(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_sub_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_sub_scalar: out */
static void probe302(void *bad) {
    (void)bad;
    result = (int64_t)tensor_sub_scalar(matrix, one, NULL);
}

/* tensor_mul_scalar: a */
static void probe303(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_mul_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_mul_scalar: out */
static void probe304(void *bad) {
    (void)bad;
    result = (int64_t)tensor_mul_scalar(matrix, one, NULL);
}

/* tensor_div_scalar: a */
static void probe305(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_div_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_div_scalar: out */
static void probe306(void *bad) {
    (void)bad;
    result = (int64_t)tensor_div_scalar(matrix, one, NULL);
}

/* tensor_pow_scalar: a */
static void probe307(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_pow_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_pow_scalar: out */
static void probe308(void *bad) {
    (void)bad;
    result = (int64_t)tensor_pow_scalar(matrix, one, NULL);
}

/* tensor_where: cond */
static void probe309(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_where((const Tensor *)bad, matrix, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_where: a */
static void probe310(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_where(condition, (const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_where: b */
static void probe311(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_where(condition, matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_where: out */
static void probe312(void *bad) {
    (void)bad;
    result = (int64_t)tensor_where(condition, matrix, matrix, NULL);
}

/* tensor_clamp: x */
static void probe313(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_clamp((const Tensor *)bad, &one, &one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_clamp: out */
static void probe314(void *bad) {
    (void)bad;
    result = (int64_t)tensor_clamp(matrix, &one, &one, NULL);
}

/* tensor_gelu: x */
static void probe315(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_gelu((const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_gelu: out */
static void probe316(void *bad) {
    (void)bad;
    result = (int64_t)tensor_gelu(matrix, NULL, NULL);
}

/* tensor_dropout: x */
static void probe317(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_dropout((const Tensor *)bad, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_dropout: out */
static void probe318(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dropout(matrix, 1, NULL, NULL);
}

/* tensor_eq: a */
static void probe319(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_eq((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_eq: b */
static void probe320(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_eq(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_eq: out */
static void probe321(void *bad) {
    (void)bad;
    result = (int64_t)tensor_eq(matrix, matrix, NULL);
}

/* tensor_ne: a */
static void probe322(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_ne((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_ne: b */
static void probe323(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_ne(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_ne: out */
static void probe324(void *bad) {
    (void)bad;
    result = (int64_t)tensor_ne(matrix, matrix, NULL);
}

/* tensor_lt: a */
static void probe325(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_lt((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_lt: b */
static void probe326(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_lt(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_lt: out */
static void probe327(void *bad) {
    (void)bad;
    result = (int64_t)tensor_lt(matrix, matrix, NULL);
}

/* tensor_le: a */
static void probe328(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_le((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_le: b */
static void probe329(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_le(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_le: out */
static void probe330(void *bad) {
    (void)bad;
    result = (int64_t)tensor_le(matrix, matrix, NULL);
}

/* tensor_gt: a */
static void probe331(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_gt((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_gt: b */
static void probe332(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_gt(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_gt: out */
static void probe333(void *bad) {
    (void)bad;
    result = (int64_t)tensor_gt(matrix, matrix, NULL);
}

/* tensor_ge: a */
static void probe334(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_ge((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_ge: b */
static void probe335(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_ge(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_ge: out */
static void probe336(void *bad) {
    (void)bad;
    result = (int64_t)tensor_ge(matrix, matrix, NULL);
}

/* tensor_eq_scalar: a */
static void probe337(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_eq_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_eq_scalar: out */
static void probe338(void *bad) {
    (void)bad;
    result = (int64_t)tensor_eq_scalar(matrix, one, NULL);
}

/* tensor_ne_scalar: a */
static void probe339(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_ne_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_ne_scalar: out */
static void probe340(void *bad) {
    (void)bad;
    result = (int64_t)tensor_ne_scalar(matrix, one, NULL);
}

/* tensor_lt_scalar: a */
static void probe341(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_lt_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_lt_scalar: out */
static void probe342(void *bad) {
    (void)bad;
    result = (int64_t)tensor_lt_scalar(matrix, one, NULL);
}

/* tensor_le_scalar: a */
static void probe343(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_le_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_le_scalar: out */
static void probe344(void *bad) {
    (void)bad;
    result = (int64_t)tensor_le_scalar(matrix, one, NULL);
}

/* tensor_gt_scalar: a */
static void probe345(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_gt_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_gt_scalar: out */
static void probe346(void *bad) {
    (void)bad;
    result = (int64_t)tensor_gt_scalar(matrix, one, NULL);
}

/* tensor_ge_scalar: a */
static void probe347(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_ge_scalar((const Tensor *)bad, one, out);
    must_be_null((const void *)out[0]);
}

/* tensor_ge_scalar: out */
static void probe348(void *bad) {
    (void)bad;
    result = (int64_t)tensor_ge_scalar(matrix, one, NULL);
}

/* tensor_logical_and: a */
static void probe349(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_logical_and((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_logical_and: b */
static void probe350(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_logical_and(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_logical_and: out */
static void probe351(void *bad) {
    (void)bad;
    result = (int64_t)tensor_logical_and(matrix, matrix, NULL);
}

/* tensor_logical_or: a */
static void probe352(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_logical_or((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_logical_or: b */
static void probe353(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_logical_or(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_logical_or: out */
static void probe354(void *bad) {
    (void)bad;
    result = (int64_t)tensor_logical_or(matrix, matrix, NULL);
}

/* tensor_logical_xor: a */
static void probe355(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_logical_xor((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_logical_xor: b */
static void probe356(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_logical_xor(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_logical_xor: out */
static void probe357(void *bad) {
    (void)bad;
    result = (int64_t)tensor_logical_xor(matrix, matrix, NULL);
}

/* tensor_logical_not: x */
static void probe358(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_logical_not((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_logical_not: out */
static void probe359(void *bad) {
    (void)bad;
    result = (int64_t)tensor_logical_not(matrix, NULL);
}

/* tensor_isnan: x */
static void probe360(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_isnan((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_isnan: out */
static void probe361(void *bad) {
    (void)bad;
    result = (int64_t)tensor_isnan(matrix, NULL);
}

/* tensor_neg: x */
static void probe362(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_neg((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_neg: out */
static void probe363(void *bad) {
    (void)bad;
    result = (int64_t)tensor_neg(matrix, NULL);
}

/* tensor_abs: x */
static void probe364(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_abs((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_abs: out */
static void probe365(void *bad) {
    (void)bad;
    result = (int64_t)tensor_abs(matrix, NULL);
}

/* tensor_sign: x */
static void probe366(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_sign((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_sign: out */
static void probe367(void *bad) {
    (void)bad;
    result = (int64_t)tensor_sign(matrix, NULL);
}

/* tensor_exp: x */
static void probe368(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_exp((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_exp: out */
static void probe369(void *bad) {
    (void)bad;
    result = (int64_t)tensor_exp(matrix, NULL);
}

/* tensor_log: x */
static void probe370(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_log((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_log: out */
static void probe371(void *bad) {
    (void)bad;
    result = (int64_t)tensor_log(matrix, NULL);
}

/* tensor_sqrt: x */
static void probe372(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_sqrt((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_sqrt: out */
static void probe373(void *bad) {
    (void)bad;
    result = (int64_t)tensor_sqrt(matrix, NULL);
}

/* tensor_rsqrt: x */
static void probe374(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_rsqrt((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_rsqrt: out */
static void probe375(void *bad) {
    (void)bad;
    result = (int64_t)tensor_rsqrt(matrix, NULL);
}

/* tensor_reciprocal: x */
static void probe376(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_reciprocal((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_reciprocal: out */
static void probe377(void *bad) {
    (void)bad;
    result = (int64_t)tensor_reciprocal(matrix, NULL);
}

/* tensor_square: x */
static void probe378(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_square((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_square: out */
static void probe379(void *bad) {
    (void)bad;
    result = (int64_t)tensor_square(matrix, NULL);
}

/* tensor_sin: x */
static void probe380(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_sin((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_sin: out */
static void probe381(void *bad) {
    (void)bad;
    result = (int64_t)tensor_sin(matrix, NULL);
}

/* tensor_cos: x */
static void probe382(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_cos((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_cos: out */
static void probe383(void *bad) {
    (void)bad;
    result = (int64_t)tensor_cos(matrix, NULL);
}

/* tensor_tanh: x */
static void probe384(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_tanh((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_tanh: out */
static void probe385(void *bad) {
    (void)bad;
    result = (int64_t)tensor_tanh(matrix, NULL);
}

/* tensor_sigmoid: x */
static void probe386(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_sigmoid((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_sigmoid: out */
static void probe387(void *bad) {
    (void)bad;
    result = (int64_t)tensor_sigmoid(matrix, NULL);
}

/* tensor_relu: x */
static void probe388(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_relu((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_relu: out */
static void probe389(void *bad) {
    (void)bad;
    result = (int64_t)tensor_relu(matrix, NULL);
}

/* tensor_softplus: x */
static void probe390(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_softplus((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_softplus: out */
static void probe391(void *bad) {
    (void)bad;
    result = (int64_t)tensor_softplus(matrix, NULL);
}

/* tensor_erf: x */
static void probe392(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_erf((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_erf: out */
static void probe393(void *bad) {
    (void)bad;
    result = (int64_t)tensor_erf(matrix, NULL);
}

/* tensor_expm1: x */
static void probe394(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_expm1((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_expm1: out */
static void probe395(void *bad) {
    (void)bad;
    result = (int64_t)tensor_expm1(matrix, NULL);
}

/* tensor_log1p: x */
static void probe396(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_log1p((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_log1p: out */
static void probe397(void *bad) {
    (void)bad;
    result = (int64_t)tensor_log1p(matrix, NULL);
}

/* tensor_floor: x */
static void probe398(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_floor((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_floor: out */
static void probe399(void *bad) {
    (void)bad;
    result = (int64_t)tensor_floor(matrix, NULL);
}

/* tensor_ceil: x */
static void probe400(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_ceil((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_ceil: out */
static void probe401(void *bad) {
    (void)bad;
    result = (int64_t)tensor_ceil(matrix, NULL);
}

/* tensor_round: x */
static void probe402(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_round((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_round: out */
static void probe403(void *bad) {
    (void)bad;
    result = (int64_t)tensor_round(matrix, NULL);
}

/* tensor_trunc: x */
static void probe404(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_trunc((const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_trunc: out */
static void probe405(void *bad) {
    (void)bad;
    result = (int64_t)tensor_trunc(matrix, NULL);
}

/* tensor_add_: x */
static void probe406(void *bad) {
    result = (int64_t)tensor_add_((Tensor *)bad, matrix);
}

/* tensor_add_: b */
static void probe407(void *bad) {
    result = (int64_t)tensor_add_(matrix, (const Tensor *)bad);
}

/* tensor_sub_: x */
static void probe408(void *bad) {
    result = (int64_t)tensor_sub_((Tensor *)bad, matrix);
}

/* tensor_sub_: b */
static void probe409(void *bad) {
    result = (int64_t)tensor_sub_(matrix, (const Tensor *)bad);
}

/* tensor_mul_: x */
static void probe410(void *bad) {
    result = (int64_t)tensor_mul_((Tensor *)bad, matrix);
}

/* tensor_mul_: b */
static void probe411(void *bad) {
    result = (int64_t)tensor_mul_(matrix, (const Tensor *)bad);
}

/* tensor_div_: x */
static void probe412(void *bad) {
    result = (int64_t)tensor_div_((Tensor *)bad, matrix);
}

/* tensor_div_: b */
static void probe413(void *bad) {
    result = (int64_t)tensor_div_(matrix, (const Tensor *)bad);
}

/* tensor_add_scalar_: x */
static void probe414(void *bad) {
    result = (int64_t)tensor_add_scalar_((Tensor *)bad, one);
}

/* tensor_sub_scalar_: x */
static void probe415(void *bad) {
    result = (int64_t)tensor_sub_scalar_((Tensor *)bad, one);
}

/* tensor_mul_scalar_: x */
static void probe416(void *bad) {
    result = (int64_t)tensor_mul_scalar_((Tensor *)bad, one);
}

/* tensor_div_scalar_: x */
static void probe417(void *bad) {
    result = (int64_t)tensor_div_scalar_((Tensor *)bad, one);
}

/* tensor_copy_: x */
static void probe418(void *bad) {
    result = (int64_t)tensor_copy_((Tensor *)bad, matrix);
}

/* tensor_copy_: src */
static void probe419(void *bad) {
    result = (int64_t)tensor_copy_(matrix, (const Tensor *)bad);
}

/* tensor_fill_: x */
static void probe420(void *bad) {
    result = (int64_t)tensor_fill_((Tensor *)bad, one);
}

/* tensor_zero_: x */
static void probe421(void *bad) {
    result = (int64_t)tensor_zero_((Tensor *)bad);
}

/* tensor_clamp_: x */
static void probe422(void *bad) {
    result = (int64_t)tensor_clamp_((Tensor *)bad, &one, &one);
}

/* tensor_neg_: x */
static void probe423(void *bad) {
    result = (int64_t)tensor_neg_((Tensor *)bad);
}

/* tensor_exp_: x */
static void probe424(void *bad) {
    result = (int64_t)tensor_exp_((Tensor *)bad);
}

/* tensor_sqrt_: x */
static void probe425(void *bad) {
    result = (int64_t)tensor_sqrt_((Tensor *)bad);
}

/* tensor_relu_: x */
static void probe426(void *bad) {
    result = (int64_t)tensor_relu_((Tensor *)bad);
}

/* tensor_sigmoid_: x */
static void probe427(void *bad) {
    result = (int64_t)tensor_sigmoid_((Tensor *)bad);
}

/* tensor_tanh_: x */
static void probe428(void *bad) {
    result = (int64_t)tensor_tanh_((Tensor *)bad);
}

/* tensor_sum: x */
static void probe429(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_sum((const Tensor *)bad, dim_zero, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_sum: out */
static void probe430(void *bad) {
    (void)bad;
    result = (int64_t)tensor_sum(matrix, dim_zero, 1, NULL, NULL);
}

/* tensor_mean: x */
static void probe431(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_mean((const Tensor *)bad, dim_zero, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_mean: out */
static void probe432(void *bad) {
    (void)bad;
    result = (int64_t)tensor_mean(matrix, dim_zero, 1, NULL, NULL);
}

/* tensor_max: x */
static void probe433(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_max((const Tensor *)bad, dim_zero, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_max: out */
static void probe434(void *bad) {
    (void)bad;
    result = (int64_t)tensor_max(matrix, dim_zero, 1, NULL, NULL);
}

/* tensor_min: x */
static void probe435(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_min((const Tensor *)bad, dim_zero, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_min: out */
static void probe436(void *bad) {
    (void)bad;
    result = (int64_t)tensor_min(matrix, dim_zero, 1, NULL, NULL);
}

/* tensor_any: x */
static void probe437(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_any((const Tensor *)bad, dim_zero, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_any: out */
static void probe438(void *bad) {
    (void)bad;
    result = (int64_t)tensor_any(matrix, dim_zero, 1, NULL, NULL);
}

/* tensor_all: x */
static void probe439(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_all((const Tensor *)bad, dim_zero, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_all: out */
static void probe440(void *bad) {
    (void)bad;
    result = (int64_t)tensor_all(matrix, dim_zero, 1, NULL, NULL);
}

/* tensor_argmax: x */
static void probe441(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_argmax((const Tensor *)bad, dim_zero, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_argmax: out */
static void probe442(void *bad) {
    (void)bad;
    result = (int64_t)tensor_argmax(matrix, dim_zero, NULL, NULL);
}

/* tensor_argmin: x */
static void probe443(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_argmin((const Tensor *)bad, dim_zero, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_argmin: out */
static void probe444(void *bad) {
    (void)bad;
    result = (int64_t)tensor_argmin(matrix, dim_zero, NULL, NULL);
}

/* tensor_var: x */
static void probe445(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_var((const Tensor *)bad, dim_zero, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_var: out */
static void probe446(void *bad) {
    (void)bad;
    result = (int64_t)tensor_var(matrix, dim_zero, 1, NULL, NULL);
}

/* tensor_matmul: a */
static void probe447(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_matmul((const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_matmul: b */
static void probe448(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_matmul(matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_matmul: out */
static void probe449(void *bad) {
    (void)bad;
    result = (int64_t)tensor_matmul(matrix, matrix, NULL);
}

/* tensor_linear: x */
static void probe450(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_linear((const Tensor *)bad, matrix, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_linear: weight */
static void probe451(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_linear(matrix, (const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_linear: bias */
static void probe452(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_linear(matrix, matrix, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_linear: out */
static void probe453(void *bad) {
    (void)bad;
    result = (int64_t)tensor_linear(matrix, matrix, matrix, NULL);
}

/* tensor_softmax: x */
static void probe454(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_softmax((const Tensor *)bad, 0, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_softmax: out */
static void probe455(void *bad) {
    (void)bad;
    result = (int64_t)tensor_softmax(matrix, 0, NULL, NULL);
}

/* tensor_log_softmax: x */
static void probe456(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_log_softmax((const Tensor *)bad, 0, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_log_softmax: out */
static void probe457(void *bad) {
    (void)bad;
    result = (int64_t)tensor_log_softmax(matrix, 0, NULL, NULL);
}

/* tensor_cross_entropy: input */
static void probe458(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_cross_entropy((const Tensor *)bad, matrix, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_cross_entropy: target */
static void probe459(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_cross_entropy(matrix, (const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_cross_entropy: options.weight */
static void probe460(void *bad) {
    const TensorCrossEntropyOptions options = {.struct_size = sizeof options, .weight = bad};
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_cross_entropy(matrix, matrix, &options, out);
    must_be_null((const void *)out[0]);
}

/* tensor_cross_entropy: out */
static void probe461(void *bad) {
    (void)bad;
    result = (int64_t)tensor_cross_entropy(matrix, matrix, NULL, NULL);
}

/* tensor_mse_loss: input */
static void probe462(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_mse_loss((const Tensor *)bad, matrix, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_mse_loss: target */
static void probe463(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_mse_loss(matrix, (const Tensor *)bad, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_mse_loss: out */
static void probe464(void *bad) {
    (void)bad;
    result = (int64_t)tensor_mse_loss(matrix, matrix, NULL, NULL);
}

/* tensor_index_select: x */
static void probe465(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_index_select((const Tensor *)bad, 0, indices, out);
    must_be_null((const void *)out[0]);
}

/* tensor_index_select: index */
static void probe466(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_index_select(matrix, 0, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_index_select: out */
static void probe467(void *bad) {
    (void)bad;
    result = (int64_t)tensor_index_select(matrix, 0, indices, NULL);
}

/* tensor_gather: x */
static void probe468(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_gather((const Tensor *)bad, 0, indices, out);
    must_be_null((const void *)out[0]);
}

/* tensor_gather: index */
static void probe469(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_gather(matrix, 0, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_gather: out */
static void probe470(void *bad) {
    (void)bad;
    result = (int64_t)tensor_gather(matrix, 0, indices, NULL);
}

/* tensor_scatter_add: x */
static void probe471(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_scatter_add((const Tensor *)bad, 0, indices, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_scatter_add: index */
static void probe472(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_scatter_add(matrix, 0, (const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_scatter_add: src */
static void probe473(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_scatter_add(matrix, 0, indices, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_scatter_add: out */
static void probe474(void *bad) {
    (void)bad;
    result = (int64_t)tensor_scatter_add(matrix, 0, indices, matrix, NULL);
}

/* tensor_index_add: x */
static void probe475(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_index_add((const Tensor *)bad, 0, indices, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_index_add: index */
static void probe476(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_index_add(matrix, 0, (const Tensor *)bad, matrix, out);
    must_be_null((const void *)out[0]);
}

/* tensor_index_add: src */
static void probe477(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_index_add(matrix, 0, indices, (const Tensor *)bad, out);
    must_be_null((const void *)out[0]);
}

/* tensor_index_add: out */
static void probe478(void *bad) {
    (void)bad;
    result = (int64_t)tensor_index_add(matrix, 0, indices, matrix, NULL);
}

/* tensor_one_hot: index */
static void probe479(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_one_hot((const Tensor *)bad, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_one_hot: out */
static void probe480(void *bad) {
    (void)bad;
    result = (int64_t)tensor_one_hot(indices, 1, NULL);
}

/* tensor_sgd_create: params[0] */
static void probe481(void *bad) {
    Tensor *const list[1] = {bad};
    TensorOptimizer * out[1] = {marked};
    result = (int64_t)tensor_sgd_create(list, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_sgd_create: params */
static void probe482(void *bad) {
    (void)bad;
    TensorOptimizer * out[1] = {marked};
    result = (int64_t)tensor_sgd_create(NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_sgd_create: out */
static void probe483(void *bad) {
    (void)bad;
    result = (int64_t)tensor_sgd_create(params_of_one, 1, NULL, NULL);
}

/* tensor_adamw_create: params[0] */
static void probe484(void *bad) {
    Tensor *const list[1] = {bad};
    TensorOptimizer * out[1] = {marked};
    result = (int64_t)tensor_adamw_create(list, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_adamw_create: params */
static void probe485(void *bad) {
    (void)bad;
    TensorOptimizer * out[1] = {marked};
    result = (int64_t)tensor_adamw_create(NULL, 1, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_adamw_create: out */
static void probe486(void *bad) {
    (void)bad;
    result = (int64_t)tensor_adamw_create(params_of_one, 1, NULL, NULL);
}

/* tensor_optimizer_step: optimizer */
static void probe487(void *bad) {
    result = (int64_t)tensor_optimizer_step((TensorOptimizer *)bad);
}

/* tensor_optimizer_zero_grad: optimizer */
static void probe488(void *bad) {
    result = (int64_t)tensor_optimizer_zero_grad((TensorOptimizer *)bad);
}

/* tensor_optimizer_set_lr: optimizer */
static void probe489(void *bad) {
    result = (int64_t)tensor_optimizer_set_lr((TensorOptimizer *)bad, 1);
}

/* tensor_optimizer_lr: optimizer */
static void probe490(void *bad) {
    double out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_optimizer_lr((const TensorOptimizer *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tensor_optimizer_lr: out */
static void probe491(void *bad) {
    (void)bad;
    result = (int64_t)tensor_optimizer_lr(optimizer, NULL);
}

/* tensor_optimizer_state_size: optimizer */
static void probe492(void *bad) {
    size_t out[4];
    mark(out, sizeof out);
    result = (int64_t)tensor_optimizer_state_size((const TensorOptimizer *)bad, out);
    must_be_marked(out, sizeof out);
}

/* tensor_optimizer_state_size: out */
static void probe493(void *bad) {
    (void)bad;
    result = (int64_t)tensor_optimizer_state_size(optimizer, NULL);
}

/* tensor_optimizer_state_save: optimizer */
static void probe494(void *bad) {
    result = (int64_t)tensor_optimizer_state_save((const TensorOptimizer *)bad, bytes, sizeof bytes, NULL);
}

/* tensor_optimizer_state_save: buffer */
static void probe495(void *bad) {
    (void)bad;
    result = (int64_t)tensor_optimizer_state_save(optimizer, NULL, sizeof bytes, NULL);
}

/* tensor_optimizer_state_load: optimizer */
static void probe496(void *bad) {
    result = (int64_t)tensor_optimizer_state_load((TensorOptimizer *)bad, bytes, 1);
}

/* tensor_optimizer_state_load: data */
static void probe497(void *bad) {
    (void)bad;
    result = (int64_t)tensor_optimizer_state_load(optimizer, NULL, 1);
}

/* tensor_optimizer_release: optimizer */
static void probe498(void *bad) {
    result = (int64_t)tensor_optimizer_release((TensorOptimizer *)bad);
}

/* tensor_dict_create: out */
static void probe499(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_create(NULL);
}

/* tensor_dict_release: dict */
static void probe500(void *bad) {
    result = (int64_t)tensor_dict_release((TensorDict *)bad);
}

/* tensor_dict_len: dict */
static void probe501(void *bad) {
    result = (int64_t)tensor_dict_len((const TensorDict *)bad);
}

/* tensor_dict_contains: dict */
static void probe502(void *bad) {
    result = (int64_t)tensor_dict_contains((const TensorDict *)bad, "w");
}

/* tensor_dict_get: dict */
static void probe503(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_dict_get((const TensorDict *)bad, "w", out);
    must_be_null((const void *)out[0]);
}

/* tensor_dict_get: out */
static void probe504(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_get(dict, "w", NULL);
}

/* tensor_dict_at: dict */
static void probe505(void *bad) {
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_dict_at((const TensorDict *)bad, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_dict_at: out */
static void probe506(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_at(dict, 1, NULL);
}

/* tensor_dict_name: dict */
static void probe507(void *bad) {
    const char * out[1] = {marked};
    result = (int64_t)tensor_dict_name((const TensorDict *)bad, 1, out);
    must_be_null((const void *)out[0]);
}

/* tensor_dict_name: out */
static void probe508(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_name(dict, 1, NULL);
}

/* tensor_dict_set: dict */
static void probe509(void *bad) {
    result = (int64_t)tensor_dict_set((TensorDict *)bad, "w", matrix);
}

/* tensor_dict_set: x */
static void probe510(void *bad) {
    result = (int64_t)tensor_dict_set(dict, "w", (const Tensor *)bad);
}

/* tensor_dict_remove: dict */
static void probe511(void *bad) {
    result = (int64_t)tensor_dict_remove((TensorDict *)bad, "w");
}

/* tensor_dict_select: dict */
static void probe512(void *bad) {
    TensorDict * out[1] = {marked};
    result = (int64_t)tensor_dict_select((const TensorDict *)bad, "w", "w", out);
    must_be_null((const void *)out[0]);
}

/* tensor_dict_select: out */
static void probe513(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_select(dict, "w", "w", NULL);
}

/* tensor_dict_metadata: dict */
static void probe514(void *bad) {
    const char * out[1] = {marked};
    result = (int64_t)tensor_dict_metadata((const TensorDict *)bad, "w", out);
    must_be_null((const void *)out[0]);
}

/* tensor_dict_metadata: key */
static void probe515(void *bad) {
    (void)bad;
    const char * out[1] = {marked};
    result = (int64_t)tensor_dict_metadata(dict, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_dict_metadata: out */
static void probe516(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_metadata(dict, "w", NULL);
}

/* tensor_dict_metadata_len: dict */
static void probe517(void *bad) {
    result = (int64_t)tensor_dict_metadata_len((const TensorDict *)bad);
}

/* tensor_dict_metadata_at: dict */
static void probe518(void *bad) {
    result = (int64_t)tensor_dict_metadata_at((const TensorDict *)bad, 1, (const char **)bytes, (const char **)bytes);
}

/* tensor_dict_metadata_at: key */
static void probe519(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_metadata_at(dict, 1, NULL, (const char **)bytes);
}

/* tensor_dict_metadata_at: value */
static void probe520(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_metadata_at(dict, 1, (const char **)bytes, NULL);
}

/* tensor_dict_set_metadata: dict */
static void probe521(void *bad) {
    result = (int64_t)tensor_dict_set_metadata((TensorDict *)bad, "w", "w");
}

/* tensor_dict_set_metadata: key */
static void probe522(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_set_metadata(dict, NULL, "w");
}

/* tensor_dict_set_metadata: value */
static void probe523(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_set_metadata(dict, "w", NULL);
}

/* tensor_dict_load_stats: dict */
static void probe524(void *bad) {
    TensorLoadStats out = {.struct_size = sizeof out};
    result = (int64_t)tensor_dict_load_stats((const TensorDict *)bad, &out);
}

/* tensor_dict_load_stats: out */
static void probe525(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_load_stats(dict, NULL);
}

/* tensor_load_npy: path */
static void probe526(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_load_npy(NULL, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_load_npy: out */
static void probe527(void *bad) {
    (void)bad;
    result = (int64_t)tensor_load_npy(NULL, NULL, NULL);
}

/* tensor_save_npy: x */
static void probe528(void *bad) {
    result = (int64_t)tensor_save_npy((const Tensor *)bad, NULL, NULL);
}

/* tensor_save_npy: path */
static void probe529(void *bad) {
    (void)bad;
    result = (int64_t)tensor_save_npy(matrix, NULL, NULL);
}

/* tensor_dict_load_npz: path */
static void probe530(void *bad) {
    (void)bad;
    TensorDict * out[1] = {marked};
    result = (int64_t)tensor_dict_load_npz(NULL, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_dict_load_npz: out */
static void probe531(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_load_npz(NULL, NULL, NULL);
}

/* tensor_dict_save_npz: dict */
static void probe532(void *bad) {
    result = (int64_t)tensor_dict_save_npz((const TensorDict *)bad, NULL, NULL);
}

/* tensor_dict_save_npz: path */
static void probe533(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_save_npz(dict, NULL, NULL);
}

/* tensor_load_csv: path */
static void probe534(void *bad) {
    (void)bad;
    Tensor * out[1] = {marked};
    result = (int64_t)tensor_load_csv(NULL, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_load_csv: out */
static void probe535(void *bad) {
    (void)bad;
    result = (int64_t)tensor_load_csv(NULL, NULL, NULL);
}

/* tensor_save_csv: x */
static void probe536(void *bad) {
    result = (int64_t)tensor_save_csv((const Tensor *)bad, NULL, NULL);
}

/* tensor_save_csv: path */
static void probe537(void *bad) {
    (void)bad;
    result = (int64_t)tensor_save_csv(matrix, NULL, NULL);
}

/* tensor_dict_load_csv: path */
static void probe538(void *bad) {
    (void)bad;
    TensorDict * out[1] = {marked};
    result = (int64_t)tensor_dict_load_csv(NULL, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_dict_load_csv: out */
static void probe539(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_load_csv(NULL, NULL, NULL);
}

/* tensor_dict_save_csv: dict */
static void probe540(void *bad) {
    result = (int64_t)tensor_dict_save_csv((const TensorDict *)bad, NULL, NULL);
}

/* tensor_dict_save_csv: path */
static void probe541(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_save_csv(dict, NULL, NULL);
}

/* tensor_dict_load_safetensors: path */
static void probe542(void *bad) {
    (void)bad;
    TensorDict * out[1] = {marked};
    result = (int64_t)tensor_dict_load_safetensors(NULL, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_dict_load_safetensors: out */
static void probe543(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_load_safetensors(NULL, NULL, NULL);
}

/* tensor_dict_save_safetensors: dict */
static void probe544(void *bad) {
    result = (int64_t)tensor_dict_save_safetensors((const TensorDict *)bad, NULL, NULL);
}

/* tensor_dict_save_safetensors: path */
static void probe545(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_save_safetensors(dict, NULL, NULL);
}

/* tensor_dict_load_pytorch: path */
static void probe546(void *bad) {
    (void)bad;
    TensorDict * out[1] = {marked};
    result = (int64_t)tensor_dict_load_pytorch(NULL, NULL, out);
    must_be_null((const void *)out[0]);
}

/* tensor_dict_load_pytorch: out */
static void probe547(void *bad) {
    (void)bad;
    result = (int64_t)tensor_dict_load_pytorch(NULL, NULL, NULL);
}

static const Probe probes[] = {
    {"tendon_memory_info", "out", POINTER, STATUS, probe0},
    {"tendon_cancel_token_create", "out", POINTER, STATUS, probe1},
    {"tendon_cancel_token_cancel", "token", CANCEL_TOKEN, STATUS, probe2},
    {"tendon_cancel_token_reset", "token", CANCEL_TOKEN, STATUS, probe3},
    {"tendon_cancel_token_is_cancelled", "token", CANCEL_TOKEN, STATUS, probe4},
    {"tendon_cancel_token_is_cancelled", "out", POINTER, STATUS, probe5},
    {"tendon_cancel_token_release", "token", CANCEL_TOKEN, STATUS | NULL_IS_FINE, probe6},
    {"tendon_set_cancel_token", "token", CANCEL_TOKEN, STATUS | NULL_IS_FINE, probe7},
    {"tendon_cuda_device_count", "out", POINTER, STATUS, probe8},
    {"tendon_cuda_current_device", "out", POINTER, STATUS, probe9},
    {"tendon_cuda_device_properties", "out", POINTER, STATUS, probe10},
    {"tendon_cuda_memory_info", "free_bytes", POINTER, STATUS, probe11},
    {"tendon_cuda_memory_info", "total_bytes", POINTER, STATUS, probe12},
    {"tendon_cuda_memory_stats", "out", POINTER, STATUS, probe13},
    {"tendon_cuda_can_access_peer", "out", POINTER, STATUS, probe14},
    {"tensor_pin_memory", "x", TENSOR, STATUS, probe15},
    {"tensor_pin_memory", "out", POINTER, STATUS, probe16},
    {"tensor_is_pinned", "x", TENSOR, STATUS, probe17},
    {"tensor_is_pinned", "out", POINTER, STATUS, probe18},
    {"tendon_cuda_stream_create", "out", POINTER, STATUS, probe19},
    {"tendon_cuda_stream_from_native", "out", POINTER, STATUS, probe20},
    {"tendon_cuda_current_stream", "out", POINTER, STATUS, probe21},
    {"tendon_cuda_stream_release", "stream", CUDA_STREAM, STATUS | NULL_IS_FINE, probe22},
    {"tendon_cuda_stream_native", "stream", CUDA_STREAM, STATUS, probe23},
    {"tendon_cuda_stream_native", "out", POINTER, STATUS, probe24},
    {"tendon_cuda_stream_device", "stream", CUDA_STREAM, STATUS, probe25},
    {"tendon_cuda_stream_device", "out", POINTER, STATUS, probe26},
    {"tendon_cuda_stream_begin", "stream", CUDA_STREAM, STATUS, probe27},
    {"tendon_cuda_stream_begin", "out", POINTER, STATUS, probe28},
    {"tendon_cuda_stream_end", "scope", CUDA_STREAM_SCOPE, STATUS, probe29},
    {"tendon_cuda_stream_synchronize", "stream", CUDA_STREAM, STATUS, probe30},
    {"tendon_cuda_stream_is_done", "stream", CUDA_STREAM, STATUS, probe31},
    {"tendon_cuda_stream_is_done", "out", POINTER, STATUS, probe32},
    {"tendon_cuda_stream_wait_stream", "stream", CUDA_STREAM, STATUS, probe33},
    {"tendon_cuda_stream_wait_stream", "other", CUDA_STREAM, STATUS | NEEDS_CUDA, probe34},
    {"tendon_cuda_stream_wait_event", "stream", CUDA_STREAM, STATUS, probe35},
    {"tendon_cuda_stream_wait_event", "event", CUDA_EVENT, STATUS | NEEDS_CUDA, probe36},
    {"tendon_cuda_event_create", "out", POINTER, STATUS, probe37},
    {"tendon_cuda_event_release", "event", CUDA_EVENT, STATUS | NULL_IS_FINE, probe38},
    {"tendon_cuda_event_record", "event", CUDA_EVENT, STATUS, probe39},
    {"tendon_cuda_event_record", "stream", CUDA_STREAM, STATUS | NEEDS_CUDA, probe40},
    {"tendon_cuda_event_synchronize", "event", CUDA_EVENT, STATUS, probe41},
    {"tendon_cuda_event_is_done", "event", CUDA_EVENT, STATUS, probe42},
    {"tendon_cuda_event_is_done", "out", POINTER, STATUS, probe43},
    {"tendon_cuda_event_elapsed", "start", CUDA_EVENT, STATUS, probe44},
    {"tendon_cuda_event_elapsed", "end", CUDA_EVENT, STATUS | NEEDS_CUDA, probe45},
    {"tendon_cuda_event_elapsed", "out", POINTER, STATUS, probe46},
    {"tendon_cuda_event_native", "event", CUDA_EVENT, STATUS, probe47},
    {"tendon_cuda_event_native", "out", POINTER, STATUS, probe48},
    {"tensor_from_host_buffer", "data", POINTER, STATUS, probe49},
    {"tensor_from_host_buffer", "shape", POINTER, STATUS, probe50},
    {"tensor_from_host_buffer", "out", POINTER, STATUS, probe51},
    {"tensor_from_device_buffer", "out", POINTER, STATUS, probe52},
    {"tensor_from_host_copy", "data", POINTER, STATUS, probe53},
    {"tensor_from_host_copy", "shape", POINTER, STATUS, probe54},
    {"tensor_from_host_copy", "out", POINTER, STATUS, probe55},
    {"tendon_release_queue_create", "out", POINTER, STATUS, probe56},
    {"tendon_release_queue_next", "queue", RELEASE_QUEUE, STATUS, probe57},
    {"tendon_release_queue_next", "out", POINTER, STATUS, probe58},
    {"tendon_release_queue_count", "queue", RELEASE_QUEUE, ASKS, probe59},
    {"tendon_release_queue_release", "queue", RELEASE_QUEUE, STATUS | NULL_IS_FINE, probe60},
    {"tensor_empty", "shape", POINTER, STATUS, probe61},
    {"tensor_empty", "out", POINTER, STATUS, probe62},
    {"tensor_zeros", "shape", POINTER, STATUS, probe63},
    {"tensor_zeros", "out", POINTER, STATUS, probe64},
    {"tensor_ones", "shape", POINTER, STATUS, probe65},
    {"tensor_ones", "out", POINTER, STATUS, probe66},
    {"tensor_full", "shape", POINTER, STATUS, probe67},
    {"tensor_full", "out", POINTER, STATUS, probe68},
    {"tensor_scalar", "out", POINTER, STATUS, probe69},
    {"tensor_arange", "out", POINTER, STATUS, probe70},
    {"tensor_linspace", "out", POINTER, STATUS, probe71},
    {"tensor_eye", "out", POINTER, STATUS, probe72},
    {"tensor_rand", "shape", POINTER, STATUS, probe73},
    {"tensor_rand", "out", POINTER, STATUS, probe74},
    {"tensor_randn", "shape", POINTER, STATUS, probe75},
    {"tensor_randn", "out", POINTER, STATUS, probe76},
    {"tensor_randint", "shape", POINTER, STATUS, probe77},
    {"tensor_randint", "out", POINTER, STATUS, probe78},
    {"tensor_randperm", "out", POINTER, STATUS, probe79},
    {"tensor_empty_like", "x", TENSOR, STATUS, probe80},
    {"tensor_empty_like", "out", POINTER, STATUS, probe81},
    {"tensor_zeros_like", "x", TENSOR, STATUS, probe82},
    {"tensor_zeros_like", "out", POINTER, STATUS, probe83},
    {"tensor_ones_like", "x", TENSOR, STATUS, probe84},
    {"tensor_ones_like", "out", POINTER, STATUS, probe85},
    {"tensor_rand_like", "x", TENSOR, STATUS, probe86},
    {"tensor_rand_like", "out", POINTER, STATUS, probe87},
    {"tensor_randn_like", "x", TENSOR, STATUS, probe88},
    {"tensor_randn_like", "out", POINTER, STATUS, probe89},
    {"tensor_full_like", "x", TENSOR, STATUS, probe90},
    {"tensor_full_like", "out", POINTER, STATUS, probe91},
    {"tensor_ndim", "x", TENSOR, ASKS, probe92},
    {"tensor_size", "x", TENSOR, ASKS, probe93},
    {"tensor_stride", "x", TENSOR, ASKS, probe94},
    {"tensor_numel", "x", TENSOR, ASKS, probe95},
    {"tensor_nbytes", "x", TENSOR, ASKS, probe96},
    {"tensor_storage_offset", "x", TENSOR, ASKS, probe97},
    {"tensor_shape", "x", TENSOR, STATUS, probe98},
    {"tensor_shape", "out", POINTER, STATUS, probe99},
    {"tensor_strides", "x", TENSOR, STATUS, probe100},
    {"tensor_strides", "out", POINTER, STATUS, probe101},
    {"tensor_dtype", "x", TENSOR, ASKS_DTYPE, probe102},
    {"tensor_device", "x", TENSOR, STATUS, probe103},
    {"tensor_device", "out", POINTER, STATUS, probe104},
    {"tensor_is_contiguous", "x", TENSOR, ASKS, probe105},
    {"tensor_is_leaf", "x", TENSOR, ASKS, probe106},
    {"tensor_requires_grad", "x", TENSOR, ASKS, probe107},
    {"tensor_is_view", "x", TENSOR, ASKS, probe108},
    {"tensor_is_read_only", "x", TENSOR, ASKS, probe109},
    {"tensor_is_inference", "x", TENSOR, ASKS, probe110},
    {"tensor_is_same", "a", TENSOR, ASKS, probe111},
    {"tensor_is_same", "b", TENSOR, ASKS, probe112},
    {"tensor_shares_memory", "a", TENSOR, ASKS, probe113},
    {"tensor_shares_memory", "b", TENSOR, ASKS, probe114},
    {"tensor_version", "x", TENSOR, ASKS, probe115},
    {"tensor_promote_types", "out", POINTER, STATUS, probe116},
    {"tensor_result_type", "tensors[0]", TENSOR, STATUS, probe117},
    {"tensor_result_type", "tensors", POINTER, STATUS, probe118},
    {"tensor_result_type", "out", POINTER, STATUS, probe119},
    {"tensor_to_string", "x", TENSOR, STATUS, probe120},
    {"tensor_to_string", "buffer", POINTER, STATUS, probe121},
    {"tensor_to_cpu", "x", TENSOR, STATUS, probe122},
    {"tensor_to_cpu", "out", POINTER, STATUS, probe123},
    {"tensor_cuda_data", "x", TENSOR, STATUS, probe124},
    {"tensor_cuda_data", "out", POINTER, STATUS, probe125},
    {"tensor_cuda_data_mut", "x", TENSOR, STATUS, probe126},
    {"tensor_cuda_data_mut", "out", POINTER, STATUS, probe127},
    {"tensor_data", "x", TENSOR, STATUS, probe128},
    {"tensor_data", "out", POINTER, STATUS, probe129},
    {"tensor_data_mut", "x", TENSOR, STATUS, probe130},
    {"tensor_data_mut", "out", POINTER, STATUS, probe131},
    {"tensor_data_strided", "x", TENSOR, STATUS, probe132},
    {"tensor_data_strided", "out", POINTER, STATUS, probe133},
    {"tensor_data_mut_strided", "x", TENSOR, STATUS, probe134},
    {"tensor_data_mut_strided", "out", POINTER, STATUS, probe135},
    {"tensor_copy_to_host", "x", TENSOR, STATUS, probe136},
    {"tensor_copy_to_host", "buffer", POINTER, STATUS, probe137},
    {"tensor_item", "x", TENSOR, STATUS, probe138},
    {"tensor_item", "out", POINTER, STATUS, probe139},
    {"tensor_item_f64", "x", TENSOR, STATUS, probe140},
    {"tensor_item_f64", "out", POINTER, STATUS, probe141},
    {"tensor_item_i64", "x", TENSOR, STATUS, probe142},
    {"tensor_item_i64", "out", POINTER, STATUS, probe143},
    {"tensor_item_bool", "x", TENSOR, STATUS, probe144},
    {"tensor_item_bool", "out", POINTER, STATUS, probe145},
    {"tensor_data_bool", "x", TENSOR, STATUS, probe146},
    {"tensor_data_bool", "out", POINTER, STATUS, probe147},
    {"tensor_data_u8", "x", TENSOR, STATUS, probe148},
    {"tensor_data_u8", "out", POINTER, STATUS, probe149},
    {"tensor_data_u16", "x", TENSOR, STATUS, probe150},
    {"tensor_data_u16", "out", POINTER, STATUS, probe151},
    {"tensor_data_u32", "x", TENSOR, STATUS, probe152},
    {"tensor_data_u32", "out", POINTER, STATUS, probe153},
    {"tensor_data_u64", "x", TENSOR, STATUS, probe154},
    {"tensor_data_u64", "out", POINTER, STATUS, probe155},
    {"tensor_data_i8", "x", TENSOR, STATUS, probe156},
    {"tensor_data_i8", "out", POINTER, STATUS, probe157},
    {"tensor_data_i16", "x", TENSOR, STATUS, probe158},
    {"tensor_data_i16", "out", POINTER, STATUS, probe159},
    {"tensor_data_i32", "x", TENSOR, STATUS, probe160},
    {"tensor_data_i32", "out", POINTER, STATUS, probe161},
    {"tensor_data_i64", "x", TENSOR, STATUS, probe162},
    {"tensor_data_i64", "out", POINTER, STATUS, probe163},
    {"tensor_data_f16", "x", TENSOR, STATUS, probe164},
    {"tensor_data_f16", "out", POINTER, STATUS, probe165},
    {"tensor_data_bf16", "x", TENSOR, STATUS, probe166},
    {"tensor_data_bf16", "out", POINTER, STATUS, probe167},
    {"tensor_data_f32", "x", TENSOR, STATUS, probe168},
    {"tensor_data_f32", "out", POINTER, STATUS, probe169},
    {"tensor_data_f64", "x", TENSOR, STATUS, probe170},
    {"tensor_data_f64", "out", POINTER, STATUS, probe171},
    {"tensor_data_mut_bool", "x", TENSOR, STATUS, probe172},
    {"tensor_data_mut_bool", "out", POINTER, STATUS, probe173},
    {"tensor_data_mut_u8", "x", TENSOR, STATUS, probe174},
    {"tensor_data_mut_u8", "out", POINTER, STATUS, probe175},
    {"tensor_data_mut_u16", "x", TENSOR, STATUS, probe176},
    {"tensor_data_mut_u16", "out", POINTER, STATUS, probe177},
    {"tensor_data_mut_u32", "x", TENSOR, STATUS, probe178},
    {"tensor_data_mut_u32", "out", POINTER, STATUS, probe179},
    {"tensor_data_mut_u64", "x", TENSOR, STATUS, probe180},
    {"tensor_data_mut_u64", "out", POINTER, STATUS, probe181},
    {"tensor_data_mut_i8", "x", TENSOR, STATUS, probe182},
    {"tensor_data_mut_i8", "out", POINTER, STATUS, probe183},
    {"tensor_data_mut_i16", "x", TENSOR, STATUS, probe184},
    {"tensor_data_mut_i16", "out", POINTER, STATUS, probe185},
    {"tensor_data_mut_i32", "x", TENSOR, STATUS, probe186},
    {"tensor_data_mut_i32", "out", POINTER, STATUS, probe187},
    {"tensor_data_mut_i64", "x", TENSOR, STATUS, probe188},
    {"tensor_data_mut_i64", "out", POINTER, STATUS, probe189},
    {"tensor_data_mut_f16", "x", TENSOR, STATUS, probe190},
    {"tensor_data_mut_f16", "out", POINTER, STATUS, probe191},
    {"tensor_data_mut_bf16", "x", TENSOR, STATUS, probe192},
    {"tensor_data_mut_bf16", "out", POINTER, STATUS, probe193},
    {"tensor_data_mut_f32", "x", TENSOR, STATUS, probe194},
    {"tensor_data_mut_f32", "out", POINTER, STATUS, probe195},
    {"tensor_data_mut_f64", "x", TENSOR, STATUS, probe196},
    {"tensor_data_mut_f64", "out", POINTER, STATUS, probe197},
    {"tensor_to_dlpack", "x", TENSOR, STATUS, probe198},
    {"tensor_to_dlpack", "out", POINTER, STATUS, probe199},
    {"tensor_to_dlpack_versioned", "x", TENSOR, STATUS, probe200},
    {"tensor_to_dlpack_versioned", "out", POINTER, STATUS, probe201},
    {"tensor_from_dlpack", "managed", POINTER, STATUS, probe202},
    {"tensor_from_dlpack", "out", POINTER, STATUS, probe203},
    {"tensor_from_dlpack_versioned", "managed", POINTER, STATUS, probe204},
    {"tensor_from_dlpack_versioned", "out", POINTER, STATUS, probe205},
    {"tensor_to_device", "x", TENSOR, STATUS, probe206},
    {"tensor_to_device", "out", POINTER, STATUS, probe207},
    {"tensor_to_dtype", "x", TENSOR, STATUS, probe208},
    {"tensor_to_dtype", "out", POINTER, STATUS, probe209},
    {"tensor_contiguous", "x", TENSOR, STATUS, probe210},
    {"tensor_contiguous", "out", POINTER, STATUS, probe211},
    {"tensor_clone", "x", TENSOR, STATUS, probe212},
    {"tensor_clone", "out", POINTER, STATUS, probe213},
    {"tensor_retain", "x", TENSOR, STATUS, probe214},
    {"tensor_retain", "out", POINTER, STATUS, probe215},
    {"tensor_release", "x", TENSOR, STATUS | NULL_IS_FINE, probe216},
    {"tensor_scope_begin", "out", POINTER, STATUS, probe217},
    {"tensor_scope_keep", "scope", SCOPE, STATUS, probe218},
    {"tensor_scope_keep", "x", TENSOR, STATUS, probe219},
    {"tensor_scope_end", "scope", SCOPE, STATUS, probe220},
    {"tensor_set_requires_grad", "x", TENSOR, STATUS, probe221},
    {"tensor_backward", "loss", TENSOR, STATUS, probe222},
    {"tensor_backward", "options.gradient", TENSOR, STATUS | NULL_IS_FINE, probe223},
    {"tensor_grad", "x", TENSOR, STATUS, probe224},
    {"tensor_grad", "out", POINTER, STATUS, probe225},
    {"tensor_set_grad", "x", TENSOR, STATUS, probe226},
    {"tensor_set_grad", "grad", TENSOR, STATUS | NULL_IS_FINE, probe227},
    {"tensor_zero_grad", "x", TENSOR, STATUS, probe228},
    {"tensor_grad_of", "output", TENSOR, STATUS, probe229},
    {"tensor_grad_of", "inputs[0]", TENSOR, STATUS, probe230},
    {"tensor_grad_of", "inputs", POINTER, STATUS, probe231},
    {"tensor_grad_of", "options.gradient", TENSOR, STATUS | NULL_IS_FINE, probe232},
    {"tensor_grad_of", "out", POINTER, STATUS, probe233},
    {"tensor_detach", "x", TENSOR, STATUS, probe234},
    {"tensor_detach", "out", POINTER, STATUS, probe235},
    {"tensor_no_grad_begin", "out", POINTER, STATUS, probe236},
    {"tensor_inference_mode_begin", "out", POINTER, STATUS, probe237},
    {"tensor_enable_grad_begin", "out", POINTER, STATUS, probe238},
    {"tensor_mode_end", "mode", MODE, STATUS, probe239},
    {"tensor_reshape", "x", TENSOR, STATUS, probe240},
    {"tensor_reshape", "shape", POINTER, STATUS, probe241},
    {"tensor_reshape", "out", POINTER, STATUS, probe242},
    {"tensor_view", "x", TENSOR, STATUS, probe243},
    {"tensor_view", "shape", POINTER, STATUS, probe244},
    {"tensor_view", "out", POINTER, STATUS, probe245},
    {"tensor_expand", "x", TENSOR, STATUS, probe246},
    {"tensor_expand", "shape", POINTER, STATUS, probe247},
    {"tensor_expand", "out", POINTER, STATUS, probe248},
    {"tensor_flatten", "x", TENSOR, STATUS, probe249},
    {"tensor_flatten", "out", POINTER, STATUS, probe250},
    {"tensor_transpose", "x", TENSOR, STATUS, probe251},
    {"tensor_transpose", "out", POINTER, STATUS, probe252},
    {"tensor_permute", "x", TENSOR, STATUS, probe253},
    {"tensor_permute", "dims", POINTER, STATUS, probe254},
    {"tensor_permute", "out", POINTER, STATUS, probe255},
    {"tensor_squeeze", "x", TENSOR, STATUS, probe256},
    {"tensor_squeeze", "out", POINTER, STATUS, probe257},
    {"tensor_unsqueeze", "x", TENSOR, STATUS, probe258},
    {"tensor_unsqueeze", "out", POINTER, STATUS, probe259},
    {"tensor_select", "x", TENSOR, STATUS, probe260},
    {"tensor_select", "out", POINTER, STATUS, probe261},
    {"tensor_slice", "x", TENSOR, STATUS, probe262},
    {"tensor_slice", "out", POINTER, STATUS, probe263},
    {"tensor_narrow", "x", TENSOR, STATUS, probe264},
    {"tensor_narrow", "out", POINTER, STATUS, probe265},
    {"tensor_split", "x", TENSOR, STATUS, probe266},
    {"tensor_split", "out", POINTER, STATUS, probe267},
    {"tensor_split", "count", POINTER, STATUS, probe268},
    {"tensor_chunk", "x", TENSOR, STATUS, probe269},
    {"tensor_chunk", "out", POINTER, STATUS, probe270},
    {"tensor_chunk", "count", POINTER, STATUS, probe271},
    {"tensor_cat", "tensors[0]", TENSOR, STATUS, probe272},
    {"tensor_cat", "tensors", POINTER, STATUS, probe273},
    {"tensor_cat", "out", POINTER, STATUS, probe274},
    {"tensor_stack", "tensors[0]", TENSOR, STATUS, probe275},
    {"tensor_stack", "tensors", POINTER, STATUS, probe276},
    {"tensor_stack", "out", POINTER, STATUS, probe277},
    {"tensor_add", "a", TENSOR, STATUS, probe278},
    {"tensor_add", "b", TENSOR, STATUS, probe279},
    {"tensor_add", "out", POINTER, STATUS, probe280},
    {"tensor_sub", "a", TENSOR, STATUS, probe281},
    {"tensor_sub", "b", TENSOR, STATUS, probe282},
    {"tensor_sub", "out", POINTER, STATUS, probe283},
    {"tensor_mul", "a", TENSOR, STATUS, probe284},
    {"tensor_mul", "b", TENSOR, STATUS, probe285},
    {"tensor_mul", "out", POINTER, STATUS, probe286},
    {"tensor_div", "a", TENSOR, STATUS, probe287},
    {"tensor_div", "b", TENSOR, STATUS, probe288},
    {"tensor_div", "out", POINTER, STATUS, probe289},
    {"tensor_pow", "a", TENSOR, STATUS, probe290},
    {"tensor_pow", "b", TENSOR, STATUS, probe291},
    {"tensor_pow", "out", POINTER, STATUS, probe292},
    {"tensor_maximum", "a", TENSOR, STATUS, probe293},
    {"tensor_maximum", "b", TENSOR, STATUS, probe294},
    {"tensor_maximum", "out", POINTER, STATUS, probe295},
    {"tensor_minimum", "a", TENSOR, STATUS, probe296},
    {"tensor_minimum", "b", TENSOR, STATUS, probe297},
    {"tensor_minimum", "out", POINTER, STATUS, probe298},
    {"tensor_add_scalar", "a", TENSOR, STATUS, probe299},
    {"tensor_add_scalar", "out", POINTER, STATUS, probe300},
    {"tensor_sub_scalar", "a", TENSOR, STATUS, probe301},
    {"tensor_sub_scalar", "out", POINTER, STATUS, probe302},
    {"tensor_mul_scalar", "a", TENSOR, STATUS, probe303},
    {"tensor_mul_scalar", "out", POINTER, STATUS, probe304},
    {"tensor_div_scalar", "a", TENSOR, STATUS, probe305},
    {"tensor_div_scalar", "out", POINTER, STATUS, probe306},
    {"tensor_pow_scalar", "a", TENSOR, STATUS, probe307},
    {"tensor_pow_scalar", "out", POINTER, STATUS, probe308},
    {"tensor_where", "cond", TENSOR, STATUS, probe309},
    {"tensor_where", "a", TENSOR, STATUS, probe310},
    {"tensor_where", "b", TENSOR, STATUS, probe311},
    {"tensor_where", "out", POINTER, STATUS, probe312},
    {"tensor_clamp", "x", TENSOR, STATUS, probe313},
    {"tensor_clamp", "out", POINTER, STATUS, probe314},
    {"tensor_gelu", "x", TENSOR, STATUS, probe315},
    {"tensor_gelu", "out", POINTER, STATUS, probe316},
    {"tensor_dropout", "x", TENSOR, STATUS, probe317},
    {"tensor_dropout", "out", POINTER, STATUS, probe318},
    {"tensor_eq", "a", TENSOR, STATUS, probe319},
    {"tensor_eq", "b", TENSOR, STATUS, probe320},
    {"tensor_eq", "out", POINTER, STATUS, probe321},
    {"tensor_ne", "a", TENSOR, STATUS, probe322},
    {"tensor_ne", "b", TENSOR, STATUS, probe323},
    {"tensor_ne", "out", POINTER, STATUS, probe324},
    {"tensor_lt", "a", TENSOR, STATUS, probe325},
    {"tensor_lt", "b", TENSOR, STATUS, probe326},
    {"tensor_lt", "out", POINTER, STATUS, probe327},
    {"tensor_le", "a", TENSOR, STATUS, probe328},
    {"tensor_le", "b", TENSOR, STATUS, probe329},
    {"tensor_le", "out", POINTER, STATUS, probe330},
    {"tensor_gt", "a", TENSOR, STATUS, probe331},
    {"tensor_gt", "b", TENSOR, STATUS, probe332},
    {"tensor_gt", "out", POINTER, STATUS, probe333},
    {"tensor_ge", "a", TENSOR, STATUS, probe334},
    {"tensor_ge", "b", TENSOR, STATUS, probe335},
    {"tensor_ge", "out", POINTER, STATUS, probe336},
    {"tensor_eq_scalar", "a", TENSOR, STATUS, probe337},
    {"tensor_eq_scalar", "out", POINTER, STATUS, probe338},
    {"tensor_ne_scalar", "a", TENSOR, STATUS, probe339},
    {"tensor_ne_scalar", "out", POINTER, STATUS, probe340},
    {"tensor_lt_scalar", "a", TENSOR, STATUS, probe341},
    {"tensor_lt_scalar", "out", POINTER, STATUS, probe342},
    {"tensor_le_scalar", "a", TENSOR, STATUS, probe343},
    {"tensor_le_scalar", "out", POINTER, STATUS, probe344},
    {"tensor_gt_scalar", "a", TENSOR, STATUS, probe345},
    {"tensor_gt_scalar", "out", POINTER, STATUS, probe346},
    {"tensor_ge_scalar", "a", TENSOR, STATUS, probe347},
    {"tensor_ge_scalar", "out", POINTER, STATUS, probe348},
    {"tensor_logical_and", "a", TENSOR, STATUS, probe349},
    {"tensor_logical_and", "b", TENSOR, STATUS, probe350},
    {"tensor_logical_and", "out", POINTER, STATUS, probe351},
    {"tensor_logical_or", "a", TENSOR, STATUS, probe352},
    {"tensor_logical_or", "b", TENSOR, STATUS, probe353},
    {"tensor_logical_or", "out", POINTER, STATUS, probe354},
    {"tensor_logical_xor", "a", TENSOR, STATUS, probe355},
    {"tensor_logical_xor", "b", TENSOR, STATUS, probe356},
    {"tensor_logical_xor", "out", POINTER, STATUS, probe357},
    {"tensor_logical_not", "x", TENSOR, STATUS, probe358},
    {"tensor_logical_not", "out", POINTER, STATUS, probe359},
    {"tensor_isnan", "x", TENSOR, STATUS, probe360},
    {"tensor_isnan", "out", POINTER, STATUS, probe361},
    {"tensor_neg", "x", TENSOR, STATUS, probe362},
    {"tensor_neg", "out", POINTER, STATUS, probe363},
    {"tensor_abs", "x", TENSOR, STATUS, probe364},
    {"tensor_abs", "out", POINTER, STATUS, probe365},
    {"tensor_sign", "x", TENSOR, STATUS, probe366},
    {"tensor_sign", "out", POINTER, STATUS, probe367},
    {"tensor_exp", "x", TENSOR, STATUS, probe368},
    {"tensor_exp", "out", POINTER, STATUS, probe369},
    {"tensor_log", "x", TENSOR, STATUS, probe370},
    {"tensor_log", "out", POINTER, STATUS, probe371},
    {"tensor_sqrt", "x", TENSOR, STATUS, probe372},
    {"tensor_sqrt", "out", POINTER, STATUS, probe373},
    {"tensor_rsqrt", "x", TENSOR, STATUS, probe374},
    {"tensor_rsqrt", "out", POINTER, STATUS, probe375},
    {"tensor_reciprocal", "x", TENSOR, STATUS, probe376},
    {"tensor_reciprocal", "out", POINTER, STATUS, probe377},
    {"tensor_square", "x", TENSOR, STATUS, probe378},
    {"tensor_square", "out", POINTER, STATUS, probe379},
    {"tensor_sin", "x", TENSOR, STATUS, probe380},
    {"tensor_sin", "out", POINTER, STATUS, probe381},
    {"tensor_cos", "x", TENSOR, STATUS, probe382},
    {"tensor_cos", "out", POINTER, STATUS, probe383},
    {"tensor_tanh", "x", TENSOR, STATUS, probe384},
    {"tensor_tanh", "out", POINTER, STATUS, probe385},
    {"tensor_sigmoid", "x", TENSOR, STATUS, probe386},
    {"tensor_sigmoid", "out", POINTER, STATUS, probe387},
    {"tensor_relu", "x", TENSOR, STATUS, probe388},
    {"tensor_relu", "out", POINTER, STATUS, probe389},
    {"tensor_softplus", "x", TENSOR, STATUS, probe390},
    {"tensor_softplus", "out", POINTER, STATUS, probe391},
    {"tensor_erf", "x", TENSOR, STATUS, probe392},
    {"tensor_erf", "out", POINTER, STATUS, probe393},
    {"tensor_expm1", "x", TENSOR, STATUS, probe394},
    {"tensor_expm1", "out", POINTER, STATUS, probe395},
    {"tensor_log1p", "x", TENSOR, STATUS, probe396},
    {"tensor_log1p", "out", POINTER, STATUS, probe397},
    {"tensor_floor", "x", TENSOR, STATUS, probe398},
    {"tensor_floor", "out", POINTER, STATUS, probe399},
    {"tensor_ceil", "x", TENSOR, STATUS, probe400},
    {"tensor_ceil", "out", POINTER, STATUS, probe401},
    {"tensor_round", "x", TENSOR, STATUS, probe402},
    {"tensor_round", "out", POINTER, STATUS, probe403},
    {"tensor_trunc", "x", TENSOR, STATUS, probe404},
    {"tensor_trunc", "out", POINTER, STATUS, probe405},
    {"tensor_add_", "x", TENSOR, STATUS, probe406},
    {"tensor_add_", "b", TENSOR, STATUS, probe407},
    {"tensor_sub_", "x", TENSOR, STATUS, probe408},
    {"tensor_sub_", "b", TENSOR, STATUS, probe409},
    {"tensor_mul_", "x", TENSOR, STATUS, probe410},
    {"tensor_mul_", "b", TENSOR, STATUS, probe411},
    {"tensor_div_", "x", TENSOR, STATUS, probe412},
    {"tensor_div_", "b", TENSOR, STATUS, probe413},
    {"tensor_add_scalar_", "x", TENSOR, STATUS, probe414},
    {"tensor_sub_scalar_", "x", TENSOR, STATUS, probe415},
    {"tensor_mul_scalar_", "x", TENSOR, STATUS, probe416},
    {"tensor_div_scalar_", "x", TENSOR, STATUS, probe417},
    {"tensor_copy_", "x", TENSOR, STATUS, probe418},
    {"tensor_copy_", "src", TENSOR, STATUS, probe419},
    {"tensor_fill_", "x", TENSOR, STATUS, probe420},
    {"tensor_zero_", "x", TENSOR, STATUS, probe421},
    {"tensor_clamp_", "x", TENSOR, STATUS, probe422},
    {"tensor_neg_", "x", TENSOR, STATUS, probe423},
    {"tensor_exp_", "x", TENSOR, STATUS, probe424},
    {"tensor_sqrt_", "x", TENSOR, STATUS, probe425},
    {"tensor_relu_", "x", TENSOR, STATUS, probe426},
    {"tensor_sigmoid_", "x", TENSOR, STATUS, probe427},
    {"tensor_tanh_", "x", TENSOR, STATUS, probe428},
    {"tensor_sum", "x", TENSOR, STATUS, probe429},
    {"tensor_sum", "out", POINTER, STATUS, probe430},
    {"tensor_mean", "x", TENSOR, STATUS, probe431},
    {"tensor_mean", "out", POINTER, STATUS, probe432},
    {"tensor_max", "x", TENSOR, STATUS, probe433},
    {"tensor_max", "out", POINTER, STATUS, probe434},
    {"tensor_min", "x", TENSOR, STATUS, probe435},
    {"tensor_min", "out", POINTER, STATUS, probe436},
    {"tensor_any", "x", TENSOR, STATUS, probe437},
    {"tensor_any", "out", POINTER, STATUS, probe438},
    {"tensor_all", "x", TENSOR, STATUS, probe439},
    {"tensor_all", "out", POINTER, STATUS, probe440},
    {"tensor_argmax", "x", TENSOR, STATUS, probe441},
    {"tensor_argmax", "out", POINTER, STATUS, probe442},
    {"tensor_argmin", "x", TENSOR, STATUS, probe443},
    {"tensor_argmin", "out", POINTER, STATUS, probe444},
    {"tensor_var", "x", TENSOR, STATUS, probe445},
    {"tensor_var", "out", POINTER, STATUS, probe446},
    {"tensor_matmul", "a", TENSOR, STATUS, probe447},
    {"tensor_matmul", "b", TENSOR, STATUS, probe448},
    {"tensor_matmul", "out", POINTER, STATUS, probe449},
    {"tensor_linear", "x", TENSOR, STATUS, probe450},
    {"tensor_linear", "weight", TENSOR, STATUS, probe451},
    {"tensor_linear", "bias", TENSOR, STATUS | NULL_IS_FINE, probe452},
    {"tensor_linear", "out", POINTER, STATUS, probe453},
    {"tensor_softmax", "x", TENSOR, STATUS, probe454},
    {"tensor_softmax", "out", POINTER, STATUS, probe455},
    {"tensor_log_softmax", "x", TENSOR, STATUS, probe456},
    {"tensor_log_softmax", "out", POINTER, STATUS, probe457},
    {"tensor_cross_entropy", "input", TENSOR, STATUS, probe458},
    {"tensor_cross_entropy", "target", TENSOR, STATUS, probe459},
    {"tensor_cross_entropy", "options.weight", TENSOR, STATUS | NULL_IS_FINE, probe460},
    {"tensor_cross_entropy", "out", POINTER, STATUS, probe461},
    {"tensor_mse_loss", "input", TENSOR, STATUS, probe462},
    {"tensor_mse_loss", "target", TENSOR, STATUS, probe463},
    {"tensor_mse_loss", "out", POINTER, STATUS, probe464},
    {"tensor_index_select", "x", TENSOR, STATUS, probe465},
    {"tensor_index_select", "index", TENSOR, STATUS, probe466},
    {"tensor_index_select", "out", POINTER, STATUS, probe467},
    {"tensor_gather", "x", TENSOR, STATUS, probe468},
    {"tensor_gather", "index", TENSOR, STATUS, probe469},
    {"tensor_gather", "out", POINTER, STATUS, probe470},
    {"tensor_scatter_add", "x", TENSOR, STATUS, probe471},
    {"tensor_scatter_add", "index", TENSOR, STATUS, probe472},
    {"tensor_scatter_add", "src", TENSOR, STATUS, probe473},
    {"tensor_scatter_add", "out", POINTER, STATUS, probe474},
    {"tensor_index_add", "x", TENSOR, STATUS, probe475},
    {"tensor_index_add", "index", TENSOR, STATUS, probe476},
    {"tensor_index_add", "src", TENSOR, STATUS, probe477},
    {"tensor_index_add", "out", POINTER, STATUS, probe478},
    {"tensor_one_hot", "index", TENSOR, STATUS, probe479},
    {"tensor_one_hot", "out", POINTER, STATUS, probe480},
    {"tensor_sgd_create", "params[0]", TENSOR, STATUS, probe481},
    {"tensor_sgd_create", "params", POINTER, STATUS, probe482},
    {"tensor_sgd_create", "out", POINTER, STATUS, probe483},
    {"tensor_adamw_create", "params[0]", TENSOR, STATUS, probe484},
    {"tensor_adamw_create", "params", POINTER, STATUS, probe485},
    {"tensor_adamw_create", "out", POINTER, STATUS, probe486},
    {"tensor_optimizer_step", "optimizer", OPTIMIZER, STATUS, probe487},
    {"tensor_optimizer_zero_grad", "optimizer", OPTIMIZER, STATUS, probe488},
    {"tensor_optimizer_set_lr", "optimizer", OPTIMIZER, STATUS, probe489},
    {"tensor_optimizer_lr", "optimizer", OPTIMIZER, STATUS, probe490},
    {"tensor_optimizer_lr", "out", POINTER, STATUS, probe491},
    {"tensor_optimizer_state_size", "optimizer", OPTIMIZER, STATUS, probe492},
    {"tensor_optimizer_state_size", "out", POINTER, STATUS, probe493},
    {"tensor_optimizer_state_save", "optimizer", OPTIMIZER, STATUS, probe494},
    {"tensor_optimizer_state_save", "buffer", POINTER, STATUS, probe495},
    {"tensor_optimizer_state_load", "optimizer", OPTIMIZER, STATUS, probe496},
    {"tensor_optimizer_state_load", "data", POINTER, STATUS, probe497},
    {"tensor_optimizer_release", "optimizer", OPTIMIZER, STATUS | NULL_IS_FINE, probe498},
    {"tensor_dict_create", "out", POINTER, STATUS, probe499},
    {"tensor_dict_release", "dict", DICT, STATUS | NULL_IS_FINE, probe500},
    {"tensor_dict_len", "dict", DICT, ASKS, probe501},
    {"tensor_dict_contains", "dict", DICT, ASKS, probe502},
    {"tensor_dict_get", "dict", DICT, STATUS, probe503},
    {"tensor_dict_get", "out", POINTER, STATUS, probe504},
    {"tensor_dict_at", "dict", DICT, STATUS, probe505},
    {"tensor_dict_at", "out", POINTER, STATUS, probe506},
    {"tensor_dict_name", "dict", DICT, STATUS, probe507},
    {"tensor_dict_name", "out", POINTER, STATUS, probe508},
    {"tensor_dict_set", "dict", DICT, STATUS, probe509},
    {"tensor_dict_set", "x", TENSOR, STATUS, probe510},
    {"tensor_dict_remove", "dict", DICT, STATUS, probe511},
    {"tensor_dict_select", "dict", DICT, STATUS, probe512},
    {"tensor_dict_select", "out", POINTER, STATUS, probe513},
    {"tensor_dict_metadata", "dict", DICT, STATUS, probe514},
    {"tensor_dict_metadata", "key", POINTER, STATUS, probe515},
    {"tensor_dict_metadata", "out", POINTER, STATUS, probe516},
    {"tensor_dict_metadata_len", "dict", DICT, ASKS, probe517},
    {"tensor_dict_metadata_at", "dict", DICT, STATUS, probe518},
    {"tensor_dict_metadata_at", "key", POINTER, STATUS, probe519},
    {"tensor_dict_metadata_at", "value", POINTER, STATUS, probe520},
    {"tensor_dict_set_metadata", "dict", DICT, STATUS, probe521},
    {"tensor_dict_set_metadata", "key", POINTER, STATUS, probe522},
    {"tensor_dict_set_metadata", "value", POINTER, STATUS, probe523},
    {"tensor_dict_load_stats", "dict", DICT, STATUS, probe524},
    {"tensor_dict_load_stats", "out", POINTER, STATUS, probe525},
    {"tensor_load_npy", "path", POINTER, STATUS, probe526},
    {"tensor_load_npy", "out", POINTER, STATUS, probe527},
    {"tensor_save_npy", "x", TENSOR, STATUS, probe528},
    {"tensor_save_npy", "path", POINTER, STATUS, probe529},
    {"tensor_dict_load_npz", "path", POINTER, STATUS, probe530},
    {"tensor_dict_load_npz", "out", POINTER, STATUS, probe531},
    {"tensor_dict_save_npz", "dict", DICT, STATUS, probe532},
    {"tensor_dict_save_npz", "path", POINTER, STATUS, probe533},
    {"tensor_load_csv", "path", POINTER, STATUS, probe534},
    {"tensor_load_csv", "out", POINTER, STATUS, probe535},
    {"tensor_save_csv", "x", TENSOR, STATUS, probe536},
    {"tensor_save_csv", "path", POINTER, STATUS, probe537},
    {"tensor_dict_load_csv", "path", POINTER, STATUS, probe538},
    {"tensor_dict_load_csv", "out", POINTER, STATUS, probe539},
    {"tensor_dict_save_csv", "dict", DICT, STATUS, probe540},
    {"tensor_dict_save_csv", "path", POINTER, STATUS, probe541},
    {"tensor_dict_load_safetensors", "path", POINTER, STATUS, probe542},
    {"tensor_dict_load_safetensors", "out", POINTER, STATUS, probe543},
    {"tensor_dict_save_safetensors", "dict", DICT, STATUS, probe544},
    {"tensor_dict_save_safetensors", "path", POINTER, STATUS, probe545},
    {"tensor_dict_load_pytorch", "path", POINTER, STATUS, probe546},
    {"tensor_dict_load_pytorch", "out", POINTER, STATUS, probe547},
};
