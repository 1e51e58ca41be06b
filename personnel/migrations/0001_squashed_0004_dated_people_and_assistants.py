"""All of this app at once, for a new database; one that has taken the single steps keeps them. source: decisions/0049"""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import foundation.intake.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('personnel', '0001_initial'), ('personnel', '0002_import_parts'), ('personnel', '0003_import_changes_gone'), ('personnel', '0004_dated_people_and_assistants')]

    initial = True

    dependencies = [
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Assistant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(help_text='机构用统一社会信用代码；个人自编，如 FZ-001', max_length=64, validators=[django.core.validators.RegexValidator('^[0-9A-Za-z._-]{1,64}\\Z', '编号只能用字母、数字和 . _ -。')], verbose_name='编号')),
                ('kind', models.CharField(choices=[('monitoring', '监测检测机构'), ('institute', '科研院所'), ('expert', '专家'), ('technician', '专业技术人员'), ('entrusted', '其他被委托（授权）单位')], max_length=12, verbose_name='类别')),
                ('name', models.CharField(help_text='机构名称或个人姓名', max_length=100, verbose_name='名称')),
                ('institution', models.CharField(blank=True, help_text='个人填所在机构', max_length=100, verbose_name='所属机构')),
                ('title', models.CharField(blank=True, max_length=60, verbose_name='职称')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='联系电话')),
                ('specialities', models.JSONField(blank=True, default=list, verbose_name='业务专长')),
                ('basis', models.CharField(choices=[('commission', '委托'), ('authorisation', '授权')], default='commission', max_length=14, verbose_name='方式')),
                ('document', models.CharField(help_text='委托书、合同或授权文件的文号', max_length=100, verbose_name='委托文书')),
                ('valid_from', models.DateField(verbose_name='委托起')),
                ('valid_until', models.DateField(verbose_name='委托止')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='提前解除日期')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='建档时间')),
                ('areas', models.ManyToManyField(blank=True, related_name='+', to='organisation.area', verbose_name='片区')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.organisation', verbose_name='机构')),
            ],
            options={
                'verbose_name': '辅助人员',
                'verbose_name_plural': '辅助人员',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'uid'), name='assistant_uid_is_unique_in_organisation', violation_error_message='编号已被使用。'), models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('valid_from'))), name='commission_ends_after_it_starts', violation_error_message='委托止不能早于委托起。'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='assistant_has_a_name'), models.CheckConstraint(condition=models.Q(('document', ''), _negated=True), name='assistant_has_a_commission', violation_error_message='请填写委托文书。'), models.CheckConstraint(condition=models.Q(('kind__in', ['monitoring', 'institute', 'expert', 'technician', 'entrusted'])), name='assistant_kind_is_known'), models.CheckConstraint(condition=models.Q(('basis__in', ['commission', 'authorisation'])), name='assistant_basis_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Inspector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(help_text='一般用执法证号；没有执法证的用工号', max_length=64, validators=[django.core.validators.RegexValidator('^[0-9A-Za-z._-]{1,64}\\Z', '编号只能用字母、数字和 . _ -。')], verbose_name='人员编号')),
                ('name', models.CharField(max_length=60, verbose_name='姓名')),
                ('sex', models.CharField(blank=True, choices=[('male', '男'), ('female', '女')], max_length=6, verbose_name='性别')),
                ('post', models.CharField(blank=True, max_length=60, verbose_name='职务')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='手机')),
                ('duty', models.CharField(choices=[('certified', '行政执法人员'), ('regulatory_duty', '从事日常监管的工作人员')], default='certified', max_length=16, verbose_name='人员类别')),
                ('certificate_no', models.CharField(blank=True, max_length=40, verbose_name='执法证号')),
                ('certificate_type', models.CharField(blank=True, max_length=40, verbose_name='证件类型')),
                ('certificate_issuer', models.CharField(blank=True, max_length=60, verbose_name='发证机关')),
                ('certificate_issued_on', models.DateField(blank=True, null=True, verbose_name='发证日期')),
                ('certificate_valid_until', models.DateField(blank=True, null=True, verbose_name='有效期至')),
                ('established', models.BooleanField(default=True, verbose_name='在编')),
                ('in_post', models.BooleanField(default=True, verbose_name='在岗')),
                ('specialities', models.JSONField(blank=True, default=list, verbose_name='业务专长')),
                ('service_since', models.DateField(blank=True, null=True, verbose_name='从事本岗位起始')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='建档时间')),
                ('areas', models.ManyToManyField(blank=True, related_name='+', to='organisation.area', verbose_name='片区')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.organisation', verbose_name='机构')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit', verbose_name='单位')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
            ],
            options={
                'verbose_name': '检查人员',
                'verbose_name_plural': '检查人员',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'uid'), name='inspector_uid_is_unique_in_organisation', violation_error_message='人员编号已被使用。'), models.UniqueConstraint(condition=models.Q(('certificate_no', ''), _negated=True), fields=('organisation', 'certificate_no'), name='certificate_belongs_to_one_inspector', violation_error_message='执法证号已登记在另一人名下。'), models.CheckConstraint(condition=models.Q(('certificate_no', ''), ('certificate_valid_until__isnull', False), _connector='OR'), name='certificate_has_an_end', violation_error_message='填了执法证号就要填有效期至。'), models.CheckConstraint(condition=models.Q(('certificate_issued_on', None), ('certificate_valid_until', None), ('certificate_valid_until__gte', models.F('certificate_issued_on')), _connector='OR'), name='certificate_ends_after_it_starts', violation_error_message='执法证有效期不能早于发证日期。'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='inspector_has_a_name'), models.CheckConstraint(condition=models.Q(('duty__in', ['certified', 'regulatory_duty'])), name='inspector_duty_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Omission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='姓名')),
                ('unit', models.CharField(blank=True, max_length=60, verbose_name='单位')),
                ('certificate_no', models.CharField(blank=True, max_length=40, verbose_name='执法证号')),
                ('reason', models.CharField(max_length=200, verbose_name='没有列入的理由')),
                ('noted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='登记时间')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='撤销时间')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.organisation', verbose_name='机构')),
            ],
            options={
                'verbose_name': '没有列入名录的人员',
                'verbose_name_plural': '没有列入名录的人员',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organisation', 'name', 'certificate_no'), name='omission_is_noted_once', violation_error_message='这个人没有列入的理由已登记过。'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='omission_has_a_reason', violation_error_message='请写明姓名和没有列入的理由。')],
            },
        ),
        migrations.CreateModel(
            name='PersonnelImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200, verbose_name='文件名')),
                ('sha256', models.CharField(max_length=64, verbose_name='文件指纹')),
                ('sheet', models.CharField(blank=True, max_length=60, verbose_name='工作表')),
                ('state', models.CharField(choices=[('mapping', '待对列'), ('reading', '正在核对'), ('failed', '未能读取'), ('checked', '待确认'), ('writing', '正在写入'), ('committed', '已导入'), ('undoing', '正在撤销'), ('undone', '已撤销'), ('dropped', '已放弃')], default='checked', max_length=10, verbose_name='状态')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='行数')),
                ('unchanged', models.PositiveIntegerField(default=0, verbose_name='不变行数')),
                ('added', models.PositiveIntegerField(default=0, verbose_name='新增行数')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='变更行数')),
                ('errors', models.JSONField(default=list, encoder=foundation.intake.models.CompactJSON, verbose_name='错误')),
                ('rejected', models.JSONField(default=list, encoder=foundation.intake.models.CompactJSON, verbose_name='错误行原文')),
                ('unknown', models.JSONField(default=list, encoder=foundation.intake.models.CompactJSON, verbose_name='没有认出的列')),
                ('columns', models.JSONField(default=dict, encoder=foundation.intake.models.CompactJSON, help_text='表头 → 列', verbose_name='所用列对应')),
                ('source', models.CharField(blank=True, help_text='所用列对应的名称', max_length=40, verbose_name='来源')),
                ('upload', models.BinaryField(blank=True, null=True, verbose_name='原文件')),
                ('problem', models.TextField(blank=True, verbose_name='没有办成的原因')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='后台开始时间')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='上传时间')),
                ('committed_at', models.DateTimeField(blank=True, null=True, verbose_name='确认时间')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='撤销时间')),
                ('kind', models.CharField(choices=[('inspectors', '检查人员'), ('assistants', '辅助人员')], default='inspectors', max_length=10, verbose_name='名册')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('handler', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.organisation', verbose_name='机构')),
            ],
            options={
                'verbose_name': '人员导入批次',
                'verbose_name_plural': '人员导入批次',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['mapping', 'reading', 'failed', 'checked', 'writing', 'committed', 'undoing', 'undone', 'dropped'])), name='personnel_import_state_is_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['inspectors', 'assistants'])), name='personnel_import_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='PersonnelMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='名称')),
                ('columns', models.JSONField(default=dict, encoder=foundation.intake.models.CompactJSON, help_text='表头 → 列', verbose_name='列对应')),
                ('kind', models.CharField(choices=[('inspectors', '检查人员'), ('assistants', '辅助人员')], default='inspectors', max_length=10, verbose_name='名册')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.organisation', verbose_name='机构')),
            ],
            options={
                'verbose_name': '人员列对应',
                'verbose_name_plural': '人员列对应',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['inspectors', 'assistants'])), name='personnel_mapping_kind_is_known'), models.UniqueConstraint(fields=('organisation', 'kind', 'name'), name='personnel_mapping_name_is_unique', violation_error_message='这个名称的列对应已存在。')],
            },
        ),
        migrations.CreateModel(
            name='Speciality',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=40, verbose_name='专长')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.organisation', verbose_name='机构')),
            ],
            options={
                'verbose_name': '业务专长字典',
                'verbose_name_plural': '业务专长字典',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'word'), name='speciality_is_listed_once', violation_error_message='字典里已有这个专长。'), models.CheckConstraint(condition=models.Q(('word', ''), _negated=True), name='speciality_is_a_word')],
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, verbose_name='证号')),
                ('kind', models.CharField(blank=True, max_length=40, verbose_name='证件类型')),
                ('issuer', models.CharField(blank=True, max_length=60, verbose_name='发证机关')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='发证日期')),
                ('valid_until', models.DateField(verbose_name='有效期至')),
                ('entitles', models.BooleanField(default=True, help_text='凭它可以执法；上岗证、内审证等不算', verbose_name='执法资格')),
                ('revoked_on', models.DateField(blank=True, null=True, verbose_name='注销日期')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('inspector', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='personnel.inspector', verbose_name='检查人员')),
            ],
            options={
                'verbose_name': '证件',
                'verbose_name_plural': '证件',
                'constraints': [models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='certificate_has_a_number'), models.CheckConstraint(condition=models.Q(('issued_on', None), ('valid_until__gte', models.F('issued_on')), _connector='OR'), name='paper_ends_after_it_starts', violation_error_message='证件有效期不能早于发证日期。'), models.UniqueConstraint(fields=('inspector', 'number', 'valid_until'), name='paper_is_registered_once', violation_error_message='这本证件已登记过。')],
            },
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('leave', '请假'), ('training', '培训'), ('seconded', '借调'), ('duty', '值守或专案'), ('other', '其他')], max_length=10, verbose_name='原因')),
                ('since', models.DateField(verbose_name='起')),
                ('until', models.DateField(blank=True, null=True, verbose_name='止')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('inspector', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='personnel.inspector', verbose_name='检查人员')),
            ],
            options={
                'verbose_name': '离岗',
                'verbose_name_plural': '离岗',
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='absence_ends_after_it_starts', violation_error_message='离岗的结束日期不能早于开始日期。'), models.CheckConstraint(condition=models.Q(('reason__in', ['leave', 'training', 'seconded', 'duty', 'other'])), name='absence_reason_is_known')],
            },
        ),
        migrations.CreateModel(
            name='AssistantImportedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='行号')),
                ('added', models.BooleanField(verbose_name='新增')),
                ('version', models.PositiveIntegerField(verbose_name='导入后版本')),
                ('fields', models.JSONField(default=list, help_text='字段、旧值、新值', verbose_name='字段')),
                ('before', models.JSONField(default=dict, verbose_name='原值')),
                ('assistant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imported', to='personnel.assistant', verbose_name='辅助人员')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imported_assistants', to='personnel.personnelimport', verbose_name='批次')),
            ],
            options={
                'verbose_name': '辅助人员导入明细',
                'verbose_name_plural': '辅助人员导入明细',
            },
        ),
        migrations.CreateModel(
            name='PersonnelImportedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='行号')),
                ('added', models.BooleanField(verbose_name='新增')),
                ('version', models.PositiveIntegerField(verbose_name='导入后版本')),
                ('fields', models.JSONField(default=list, help_text='字段、旧值、新值', verbose_name='字段')),
                ('before', models.JSONField(default=dict, verbose_name='原值')),
                ('dated', models.JSONField(default=dict, help_text='撤销时照此恢复', verbose_name='原来的证件和任职时段')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imported', to='personnel.personnelimport', verbose_name='批次')),
                ('inspector', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imported', to='personnel.inspector', verbose_name='检查人员')),
            ],
            options={
                'verbose_name': '人员导入明细',
                'verbose_name_plural': '人员导入明细',
            },
        ),
        migrations.CreateModel(
            name='PersonnelImportPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.PositiveIntegerField(verbose_name='段号')),
                ('changes', models.JSONField(default=list, encoder=foundation.intake.models.CompactJSON, verbose_name='变化')),
                ('added', models.PositiveIntegerField(default=0, verbose_name='新增')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='变更')),
                ('noticed', models.PositiveIntegerField(default=0, verbose_name='有提示的行')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='personnel.personnelimport', verbose_name='批次')),
            ],
            options={
                'verbose_name': '人员导入变化',
                'verbose_name_plural': '人员导入变化',
                'constraints': [models.UniqueConstraint(fields=('batch', 'no'), name='personnel_import_part_is_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post', models.CharField(blank=True, max_length=60, verbose_name='职务')),
                ('established', models.BooleanField(default=True, verbose_name='在编')),
                ('since', models.DateField(blank=True, help_text='空＝建档以前就在岗', null=True, verbose_name='起')),
                ('until', models.DateField(blank=True, help_text='空＝至今', null=True, verbose_name='止')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='原因')),
                ('inspector', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='personnel.inspector', verbose_name='检查人员')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit', verbose_name='单位')),
            ],
            options={
                'verbose_name': '任职时段',
                'verbose_name_plural': '任职时段',
                'constraints': [models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='posting_ends_after_it_starts', violation_error_message='任职时段的结束日期不能早于开始日期。'), models.UniqueConstraint(fields=('inspector', 'since'), name='posting_starts_once')],
            },
        ),
        migrations.CreateModel(
            name='YearTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('led', models.PositiveIntegerField(default=0, verbose_name='主办')),
                ('assisted', models.PositiveIntegerField(default=0, verbose_name='协办')),
                ('recused', models.PositiveIntegerField(default=0, verbose_name='回避')),
                ('replaced', models.PositiveIntegerField(default=0, verbose_name='被替换')),
                ('problems', models.PositiveIntegerField(default=0, verbose_name='发现问题')),
                ('counted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='点数时间')),
                ('inspector', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tallies', to='personnel.inspector', verbose_name='检查人员')),
            ],
            options={
                'verbose_name': '年度检查次数',
                'verbose_name_plural': '年度检查次数',
                'constraints': [models.UniqueConstraint(fields=('inspector', 'year'), name='tally_is_kept_once_a_year')],
            },
        ),
    ]
